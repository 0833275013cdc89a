/** The language of the CRM's user: the shared sentences, and those that only the widget says. */

import { textIn, useText as useShared, type Key as SharedKey, type Language, type Text as SharedText } from "../../shared/text.ts";
import { en } from "./en.ts";
import { fr } from "./fr.ts";

type OwnKey = keyof typeof en;
export type Text = SharedText<OwnKey | SharedKey>;

/** @param locale of the CRM's user, for the formats of times and numbers: `en-GB`, `fr-CA` … */
export function widgetText(language: Language, locale: string | undefined, timeZone: string | undefined): Text {
  return textIn({ language, own: { en, fr }, locale: variantOf(locale, language), timeZone });
}

/** The locale, where it is one of the language and a browser understands it. */
function variantOf(locale: string | undefined, language: Language): string | undefined {
  try {
    return Intl.getCanonicalLocales(locale).find((tag) => tag.split("-")[0] === language);
  } catch {
    return undefined;
  }
}

export const useText = (): Text => useShared<OwnKey>();
