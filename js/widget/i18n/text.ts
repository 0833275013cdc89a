/** The language of the CRM's user: sentences, plurals, times. */

import { en, type Texts } from "./en.ts";
import { fr } from "./fr.ts";

const LANGUAGES = { en, fr } satisfies Record<string, Texts>;
export type Language = keyof typeof LANGUAGES;
export type Key = keyof Texts;
type Stem<K> = K extends `${infer S}.other` ? S : never;

/** The language for a locale such as `fr-CA`; English for those that there is no dictionary of. */
export function language(locale: string): Language {
  const name = locale.split("-")[0] ?? "";
  return name in LANGUAGES ? (name as Language) : "en";
}

export interface Text {
  t(key: Key, vars?: Record<string, string | number>): string;
  /** The sentence with this key, or undefined when there is none. */
  maybe(key: string): string | undefined;
  /** The form of `stem` for the number, given as `{n}`. */
  plural(stem: Stem<Key>, n: number): string;
  time(ms: number, options: Intl.DateTimeFormatOptions): string;
}

export function textIn(name: Language, timeZone: string | undefined): Text {
  const texts: Texts = LANGUAGES[name];
  const numbers = new Intl.NumberFormat(name);
  const rules = new Intl.PluralRules(name);
  const t: Text["t"] = (key, vars = {}) =>
    texts[key].replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = vars[name];
      return typeof value === "number" ? numbers.format(value) : (value ?? whole);
    });
  return {
    t,
    maybe: (key) => (key in texts ? texts[key as Key] : undefined),
    plural: (stem, n) => t(`${stem}.${rules.select(n) === "one" ? "one" : "other"}`, { n }),
    time(ms, options) {
      try {
        return new Intl.DateTimeFormat(name, { ...options, timeZone }).format(ms);
      } catch {
        // A zone of the CRM that this browser does not know.
        return new Intl.DateTimeFormat(name, options).format(ms);
      }
    },
  };
}
