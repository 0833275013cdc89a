import type { en } from "./en.ts";

/** Ce que seul le widget dit. */
export const fr: Record<keyof typeof en, string> = {
  "title": "Synchronisation du calendrier",
  "waiting": "En attente du CRM…",
  "opening": "Ouverture de votre calendrier…",
  "notSetUp": "Accord n’est pas encore configuré.",
  "openTab": "Ouvrez l’onglet Accord du CRM et choisissez un agenda.",
  "openTabToStart": "Ouvrez l’onglet Accord du CRM, voyez ce que ferait la première synchronisation, puis lancez-la.",
  "retry": "Réessayer",
  "findCalendars": "Afficher mes agendas",

  "meeting.title": "Cette réunion et Google",
  "meeting.inAccord": "En accord avec Google.",
  "meeting.pushNow": "Envoyer maintenant",
  "meeting.pushing": "Envoi de cette réunion vers Google…",
  "meeting.pushed": "Google est à jour.",
  "meeting.parked": "Non synchronisée.",
  "meeting.notPushed": "Dans ce sens, les réunions ne vont pas vers Google. Ce que vous changez ici reste jusqu’à ce que l’événement change dans Google.",
  "meeting.history": "Ce qui a été écrit",
  "meeting.overwritten": "modifié des deux côtés, {side} l’a emporté. L’autre valeur était :",

  "tile.title": "À venir",
  "tile.none": "Rien de prévu.",
  "tile.allDay": "toute la journée",
  "tile.both": "des deux côtés",
  "tile.onlyGoogle": "seulement dans Google",
  "tile.onlyCrm": "seulement dans le CRM",

  "direction.note.two-way": "Ce qui change d’un côté atteint l’autre : aussitôt quand vous enregistrez une réunion, depuis Google tant qu’une page d’Accord est ouverte.",
  "off.deactivateNote": "Arrête toute synchronisation depuis les pages du CRM et retient ce qui va ensemble, pour reprendre plus tard sans doublon.",

  "kept.page": "Ce navigateur ne garde rien pour les cadres d’autres sites. Accord associe les deux côtés à chaque visite et redemande vos réglages. Autorisez les cookies de ce site pour les garder.",
  "refused.google": "Le CRM n’a pas de connexion valable à Google. Un administrateur la crée sous Configuration › Espace développeur › Connexions avec le nom accord_google ; autorisez-la ensuite pour vous.",
  "refused.zoho": "La connexion accord_zoho manque. Accord utilise ce que le CRM offre aux widgets : les réunions supprimées dans le CRM ne sont pas remarquées.",

  "error.no-crm": "Cette page a sa place dans Zoho CRM. Ouvrez-la là, comme onglet web ou sur une réunion.",
  "error.no-sdk": "La bibliothèque de widgets de Zoho n’a pas pu être chargée. Vérifiez que live.zwidgets.com n’est pas bloqué, puis réessayez.",
  "error.no-answer": "Le CRM n’a pas encore répondu. Accord attend toujours ; si rien ne se passe, rechargez la page du CRM.",
  "error.no-user": "Le CRM n’a pas dit qui est connecté. Reconnectez-vous au CRM, puis rechargez.",
  "error.auth-expired": "Une connexion a été refusée. Autorisez-la de nouveau sous Configuration › Espace développeur › Connexions, puis réessayez.",
  "error.forbidden": "Il manque un droit. Demandez à votre administrateur l’affichage, la création, la modification et la suppression des réunions.",
  "error.storage-failed": "Le navigateur refuse de garder l’état de la synchronisation. Autorisez les données de ce site, puis rechargez.",
  "error.needs-confirmation": "Une question attend votre réponse. Répondez, puis synchronisez de nouveau.",
  "error.unsupported": "Ce cadre n’autorise pas WebAssembly, dont Accord est fait. Demandez à votre administrateur d’héberger le widget à l’extérieur : le README du paquet dit comment, en trois étapes. L’extension de navigateur fonctionne en attendant.",

  "missing.google.signIn": "Google n’accepte plus la connexion. Autorisez-la de nouveau sous Configuration › Espace développeur › Connexions.",
  "missing.google.scope": "Google refuse l’accès à l’agenda. Autorisez de nouveau la connexion en laissant toutes les cases cochées.",
  "missing.zoho.signIn": "Zoho n’accepte plus la connexion. Autorisez-la de nouveau sous Configuration › Espace développeur › Connexions.",
  "missing.zoho.scope": "Zoho refuse l’accès aux réunions. Autorisez de nouveau la connexion, ou demandez à l’administrateur de votre CRM l’accès à son API.",
};
