/** The page's language: sentences, plurals, numbers and dates, switchable at run time. */

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { en, type Texts } from "./en.ts";
import { fr } from "./fr.ts";

export const LANGUAGES = { en: { name: "English", texts: en }, fr: { name: "Français", texts: fr } } satisfies Record<string, { name: string; texts: Texts }>;
export type Language = keyof typeof LANGUAGES;
export type Key = keyof Texts;
export type PluralKey = Key extends infer K ? (K extends `${infer Stem}.other` ? Stem : never) : never;

type Vars = Record<string, string | number>;

export interface Text {
  language: Language;
  /** The user's own variant of the language, for formats: `en-GB`, `fr-CA` … */
  locale: string;
  t(key: Key, vars?: Vars): string;
  /** The form of `stem` that fits the number, given as `{n}`. */
  plural(stem: PluralKey, n: number, vars?: Vars): string;
  number(n: number): string;
  duration(ms: number): string;
  date(ms: number, options: Intl.DateTimeFormatOptions): string;
  /** From one moment to another, without saying twice what both share. */
  range(fromMs: number, toMs: number, options: Intl.DateTimeFormatOptions): string;
  ago(ms: number, nowMs: number): string;
  /** Several things in a sentence: "one, two and three". */
  list(parts: string[]): string;
}

export function textIn(language: Language, preferred: readonly string[]): Text {
  const { texts } = LANGUAGES[language];
  const locale = preferred.find((tag) => tag.split("-")[0] === language) ?? language;
  const numbers = new Intl.NumberFormat(locale);
  const rules = new Intl.PluralRules(locale);
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const dates = new Map<string, Intl.DateTimeFormat>();

  const t: Text["t"] = (key, vars = {}) =>
    texts[key].replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = vars[name];
      return typeof value === "number" ? numbers.format(value) : (value ?? whole);
    });

  return {
    language,
    locale,
    t,
    plural: (stem, n, vars) => t(`${stem}.${rules.select(n) === "one" ? "one" : "other"}`, { n, ...vars }),
    number: (n) => numbers.format(n),
    duration: (ms) => new Intl.NumberFormat(locale, ms < 1000
      ? { style: "unit", unit: "millisecond", unitDisplay: "narrow", maximumFractionDigits: 0 }
      : { style: "unit", unit: "second", unitDisplay: "narrow", maximumFractionDigits: ms < 10_000 ? 1 : 0 }).format(ms < 1000 ? ms : ms / 1000),
    date(ms, options) {
      const key = JSON.stringify(options);
      const format = dates.get(key) ?? new Intl.DateTimeFormat(locale, options);
      dates.set(key, format);
      return format.format(ms);
    },
    range: (fromMs, toMs, options) => new Intl.DateTimeFormat(locale, options).formatRange(fromMs, toMs),
    list: (parts) => new Intl.ListFormat(locale, { type: "conjunction" }).format(parts),
    ago(ms, nowMs) {
      const seconds = Math.round((ms - nowMs) / 1000);
      if (seconds > -60) return relative.format(0, "second");
      if (seconds > -3600) return relative.format(Math.round(seconds / 60), "minute");
      if (seconds > -86_400) return relative.format(Math.round(seconds / 3600), "hour");
      return relative.format(Math.round(seconds / 86_400), "day");
    },
  };
}

const KEPT = "accord-demo/language";

export function initialLanguage(): Language {
  const kept = localStorage.getItem(KEPT);
  if (kept === "en" || kept === "fr") return kept;
  return navigator.languages.find((tag) => /^(en|fr)\b/.test(tag))?.startsWith("fr") ? "fr" : "en";
}

export function keepLanguage(language: Language): void {
  localStorage.setItem(KEPT, language);
}

export const TextContext = createContext<Text>(textIn("en", []));
export const useText = (): Text => useContext(TextContext);
