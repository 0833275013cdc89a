import type { en } from "./en.ts";

/** Chaque phrase des pages, en français. */
export const fr: Record<keyof typeof en, string> = {
  "settings.title": "Synchronisation de l’agenda",
  "settings.intro": "Votre agenda Google et vos réunions Zoho CRM, gardés en accord par ce navigateur. Aucun serveur entre les deux.",
  "language": "Langue",
  "language.auto": "Comme le navigateur",

  "accounts.title": "Comptes",
  "accounts.google": "Google Agenda",
  "accounts.zoho": "Zoho CRM",
  "accounts.signedIn": "Connecté : {address}",
  "accounts.signedInUnnamed": "Connecté",
  "accounts.signedOut": "Non connecté",
  "accounts.expired": "La connexion n’est plus acceptée",
  "accounts.signIn.google": "Se connecter à Google",
  "accounts.signIn.zoho": "Se connecter à Zoho",
  "accounts.again": "Se reconnecter",
  "accounts.signOut.google": "Se déconnecter de Google",
  "accounts.signOut.zoho": "Se déconnecter de Zoho",
  "accounts.signOut": "Se déconnecter",
  "accounts.signingIn": "Continuez dans la fenêtre qui s’est ouverte…",
  "accounts.centre": "Centre de données Zoho",
  "accounts.centreNote": "Là où vous vous connectez à Zoho : la fin de l’adresse de votre CRM l’indique, par exemple crm.zoho.eu.",
  "accounts.refused": "Sans accès aux serveurs de Zoho, Accord ne peut ni lire ni écrire de réunions. Reconnectez-vous et autorisez l’accès.",

  "what.first": "Connectez-vous d’abord aux deux comptes.",
  "off.forgetNote": "Déconnecte aussi les comptes et efface ce que ce navigateur a retenu. Événements et réunions restent tels quels.",
  "state.offNote": "Connectez-vous et choisissez un agenda pour commencer.",
  "why.sign-in": "Reconnectez-vous pour que les deux côtés restent en accord.",
  "first.open": "Voir et lancer",
  "pause": "Pause",
  "resume": "Reprendre",
  "open": "Réglages",
};
