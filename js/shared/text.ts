/** The language of the shared views: sentences, plurals, numbers and times. */

import { en, type Key, type Texts } from "./en.ts";
import { fr } from "./fr.ts";

export type { Key } from "./en.ts";
type Stem = Key extends infer K ? (K extends `${infer S}.one` ? S : never) : never;
type Vars = Record<string, string | number>;

const LANGUAGES = { en, fr } satisfies Record<string, Texts>;
export type Language = keyof typeof LANGUAGES;

export interface Words {
  t(key: Key, vars?: Vars): string;
  /** The form of `stem` that fits the number, given as `{n}`. */
  plural(stem: Stem, n: number): string;
  /** The sentence for a code among keys that begin alike, else the one that ends in `other`. */
  known(prefix: "parked" | "note", code: string, n: number): string;
  /** A start as the engine tells it: an instant of RFC 3339, or a date. What is neither stays as it is. */
  when(start: string): string;
}

/** @param locale for the formats of numbers and times: `en-GB`, `fr-CA` …; @param timeZone absent: the browser's */
export function wordsIn(language: Language, locale: string = language, timeZone?: string): Words {
  const texts: Texts = LANGUAGES[language];
  const numbers = new Intl.NumberFormat(locale);
  const rules = new Intl.PluralRules(locale);
  const dates = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" });
  const instants = instantsIn(locale, timeZone);
  const t: Words["t"] = (key, vars = {}) => texts[key].replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = vars[name];
    return typeof value === "number" ? numbers.format(value) : (value ?? whole);
  });
  return {
    t,
    plural: (stem, n) => t(`${stem}.${rules.select(n) === "one" ? "one" : "other"}`, { n }),
    known(prefix, code, n) {
      const key = `${prefix}.${code}`;
      return t(Object.hasOwn(texts, key) ? (key as Key) : `${prefix}.other`, { code, n });
    },
    when(start) {
      const ms = Date.parse(start);
      return Number.isNaN(ms) ? start : (start.length === 10 ? dates : instants).format(ms);
    },
  };
}

function instantsIn(locale: string, timeZone: string | undefined): Intl.DateTimeFormat {
  const style = { dateStyle: "medium", timeStyle: "short" } as const;
  try {
    return new Intl.DateTimeFormat(locale, { ...style, ...(timeZone !== undefined && { timeZone }) });
  } catch {
    // A zone of the CRM that this browser does not know.
    return new Intl.DateTimeFormat(locale, style);
  }
}
