/** What the background itself says, in tooltip and notifications. Pages have texts of their own. */

import type { Glance, Why } from "./attention.ts";

export interface Sentences {
  title(now: Glance): string;
  why(why: Why): string;
}

interface Texts {
  titles: Record<Exclude<Glance["state"], "needs-you">, string>;
  needsYou: string;
  whys: Record<string, string>;
  other: string;
}

const EN: Texts = {
  titles: {
    off: "Accord – not set up yet",
    "in-accord": "Accord – calendar and CRM are in accord",
    working: "Accord – syncing",
    paused: "Accord – paused",
    waiting: "Accord – tries again by itself",
  },
  needsYou: "Accord – needs you",
  whys: {
    "sign-in": "Sign in again, so that your calendar and the CRM stay in accord.",
    confirm: "See what the first sync would do, then start it.",
    question: "Something waits for your decision. Open Accord to see what.",
    forbidden: "A right is missing. Open Accord to see which one.",
    "invalid-settings": "A setting no longer fits. Open Accord and save the settings again.",
    "calendar-not-writable": "You may no longer write to the chosen calendar. Choose another one.",
    "storage-full": "The browser has no room left. Free some disk space, then sync again.",
    unsupported: "This browser cannot run Accord. Update it.",
  },
  other: "Open Accord to see what is needed.",
};

const FR: Texts = {
  titles: {
    off: "Accord – pas encore configuré",
    "in-accord": "Accord – l’agenda et le CRM sont en accord",
    working: "Accord – synchronisation en cours",
    paused: "Accord – en pause",
    waiting: "Accord – nouvel essai automatique",
  },
  needsYou: "Accord – a besoin de vous",
  whys: {
    "sign-in": "Reconnectez-vous pour que votre agenda et le CRM restent en accord.",
    confirm: "Voyez ce que ferait la première synchronisation, puis lancez-la.",
    question: "Une décision vous attend. Ouvrez Accord pour voir laquelle.",
    forbidden: "Il manque un droit. Ouvrez Accord pour voir lequel.",
    "invalid-settings": "Un réglage ne convient plus. Ouvrez Accord et enregistrez les réglages à nouveau.",
    "calendar-not-writable": "Vous ne pouvez plus écrire dans l’agenda choisi. Choisissez-en un autre.",
    "storage-full": "Le navigateur n’a plus de place. Libérez de l’espace disque, puis synchronisez à nouveau.",
    unsupported: "Ce navigateur ne peut pas faire fonctionner Accord. Mettez-le à jour.",
  },
  other: "Ouvrez Accord pour voir ce qu’il faut faire.",
};

/** The language that the person chose, else the browser's, else English. */
export function sentencesIn(locale: "auto" | "en" | "fr", browserLanguage: string): Sentences {
  const language = locale === "auto" ? browserLanguage : locale;
  const texts = language.toLowerCase().startsWith("fr") ? FR : EN;
  return {
    title: (now) => (now.state === "needs-you" ? texts.needsYou : texts.titles[now.state]),
    why: (why) => texts.whys[why] ?? texts.other,
  };
}
