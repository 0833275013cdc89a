/** The language of the pages, switchable at run time: sentences, plurals, numbers and times in the person's own format. */

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { en, type Key, type Texts } from "./en.ts";
import { fr } from "./fr.ts";

export type { Key } from "./en.ts";
export type Stem = Key extends infer K ? (K extends `${infer S}.one` ? S : never) : never;
type Vars = Record<string, string | number>;

export interface Text {
  language: "en" | "fr";
  /** Whose formats are used: `en-GB`, `fr-CA` … */
  locale: string;
  t(key: Key, vars?: Vars): string;
  /** The form of `stem` that fits the number, given as `{n}`. */
  plural(stem: Stem, n: number): string;
  /** A time of today as the hour, another one with its day. */
  time(ms: number, nowMs: number): string;
  list(parts: string[]): string;
  /** The sentence for a code among keys that begin alike, else for `fallback`. */
  known(prefix: string, code: string, fallback: Key, vars?: Vars): string;
}

const LANGUAGES: Record<Text["language"], Texts> = { en, fr };

/** The language that the person chose, else the first of the browser's that there is, else English. */
export function languageOf(chosen: "auto" | "en" | "fr", preferred: readonly string[]): Text["language"] {
  if (chosen !== "auto") return chosen;
  return preferred.map((tag) => tag.split("-")[0]).find((tag): tag is Text["language"] => tag === "en" || tag === "fr") ?? "en";
}

/** @param preferred the browser's languages, for the variant whose formats are used: `en-GB`, `fr-CA` … */
export function textIn(language: Text["language"], preferred: readonly string[], timeZone?: string): Text {
  const texts = LANGUAGES[language];
  const locale = preferred.find((tag) => tag.split("-")[0] === language) ?? language;
  const numbers = new Intl.NumberFormat(locale);
  const rules = new Intl.PluralRules(locale);
  const lists = new Intl.ListFormat(locale, { type: "unit" });
  const zone = timeZone === undefined ? {} : { timeZone };
  const hour = new Intl.DateTimeFormat(locale, { ...zone, hour: "numeric", minute: "2-digit" });
  const day = new Intl.DateTimeFormat(locale, { ...zone, day: "numeric", month: "short", hour: "numeric", minute: "2-digit" });
  const date = new Intl.DateTimeFormat("en-CA", { ...zone, dateStyle: "short" });
  const fill = (text: string, vars: Vars) => text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = vars[name];
    return typeof value === "number" ? numbers.format(value) : (value ?? whole);
  });
  const t: Text["t"] = (key, vars = {}) => fill(texts[key], vars);
  return {
    language,
    locale,
    t,
    plural: (stem, n) => t(`${stem}.${rules.select(n) === "one" ? "one" : "other"}` as Key, { n }),
    time: (ms, nowMs) => (date.format(ms) === date.format(nowMs) ? hour : day).format(ms),
    list: (parts) => lists.format(parts),
    known(prefix, code, fallback, vars) {
      const key = `${prefix}.${code}`;
      return t(Object.hasOwn(texts, key) ? (key as Key) : fallback, vars);
    },
  };
}

export const TextContext = createContext<Text>(textIn("en", []));
export const useText = (): Text => useContext(TextContext);
