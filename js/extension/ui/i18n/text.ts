/** The language of the pages: the shared sentences, and those that only the extension says. */

import { languageOf, textIn, useText as useShared, type Key as SharedKey, type Language, type Text } from "../../../shared/text.ts";
import { en } from "./en.ts";
import { fr } from "./fr.ts";

type OwnKey = keyof typeof en;
export type Key = OwnKey | SharedKey;

/**
 * @param chosen what the person chose
 * @param preferred the browser's languages: for `auto`, and for the variant whose formats are used: `en-GB`, `fr-CA` …
 */
export function pageText(chosen: "auto" | Language, preferred: readonly string[], timeZone?: string): Text<Key> {
  const language = chosen === "auto" ? languageOf(preferred) : chosen;
  const locale = preferred.find((tag) => tag.split("-")[0] === language);
  return textIn({ language, own: { en, fr }, locale, timeZone });
}

export const useText = (): Text<Key> => useShared<OwnKey>();
