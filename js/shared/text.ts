/** The language of all views, switchable at run time: sentences, plurals, numbers and times in the person's own format. */

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { en, type Key } from "./en.ts";
import { fr } from "./fr.ts";

export type { Key } from "./en.ts";
/** The keys that have a form for each kind of number. */
export type Stem<K extends string> = K extends `${infer S}.one` ? S : never;
export type Vars = Record<string, string | number>;

const LANGUAGES = { en, fr };
export type Language = keyof typeof LANGUAGES;

/** @typeParam K the keys: those of the shared views, or with those of a product besides */
export interface Text<K extends string = Key> {
  language: Language;
  t(key: K, vars?: Vars): string;
  /** The form of `stem` that fits the number, given as `{n}`. */
  plural(stem: Stem<K>, n: number): string;
  /** The sentence for a code among keys that begin alike, else for `fallback`. */
  known(prefix: string, code: string, fallback: K, vars?: Vars): string;
  /** A time of today as the hour, another one with its day. */
  time(ms: number, nowMs: number): string;
  /** A time as the options have it. */
  instant(ms: number, options: Intl.DateTimeFormatOptions): string;
  /** A start as the engine tells it: an instant of RFC 3339, or a date. What is neither stays as it is. */
  when(start: string): string;
  list(parts: readonly string[]): string;
}

/** The first language of the tags (`fr-CA` …) that there is, else English. */
export function languageOf(preferred: readonly string[]): Language {
  const names = preferred.map((tag) => tag.split("-")[0] ?? "");
  return names.find((name): name is Language => Object.hasOwn(LANGUAGES, name)) ?? "en";
}

/** What a product says itself: keys of its own, and shared ones that it says otherwise. */
export type Own<K extends string> = Record<Language, Readonly<Record<K, string>>>;

export interface Tongue<K extends string> {
  language: Language;
  own?: Own<K>;
  /** For the formats of numbers and times: `en-GB`, `fr-CA` … Absent: the language's own. */
  locale?: string | undefined;
  /** Absent, or not known to the browser: the browser's. */
  timeZone?: string | undefined;
}

export function textIn<K extends string = never>({ language, own, locale = language, timeZone }: Tongue<K>): Text<Key | K> {
  const texts: Record<string, string> = { ...LANGUAGES[language], ...own?.[language] };
  const numbers = new Intl.NumberFormat(locale);
  const rules = new Intl.PluralRules(locale);
  const lists = new Intl.ListFormat(locale, { type: "unit" });
  const dates = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" });
  const zone = zoneOf(timeZone);
  const formats = new Map<string, Intl.DateTimeFormat>();
  const instant = (ms: number, options: Intl.DateTimeFormatOptions, of = locale) => {
    const key = `${of} ${JSON.stringify(options)}`;
    const format = formats.get(key) ?? new Intl.DateTimeFormat(of, { ...options, ...zone });
    formats.set(key, format);
    return format.format(ms);
  };
  const t = (key: string, vars: Vars = {}) => unbroken(texts[key] ?? key).replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = vars[name];
    return typeof value === "number" ? numbers.format(value) : (value ?? whole);
  });
  const day = (ms: number) => instant(ms, { dateStyle: "short" }, "en-CA");
  return {
    language,
    t,
    plural: (stem, n) => t(`${stem}.${rules.select(n) === "one" ? "one" : "other"}`, { n }),
    known(prefix, code, fallback, vars) {
      const key = `${prefix}.${code}`;
      return t(Object.hasOwn(texts, key) ? key : fallback, vars);
    },
    time: (ms, nowMs) => instant(ms, { ...(day(ms) !== day(nowMs) && { day: "numeric", month: "short" }), hour: "numeric", minute: "2-digit" }),
    instant: (ms, options) => instant(ms, options),
    when(start) {
      const ms = Date.parse(start);
      if (Number.isNaN(ms)) return start;
      return start.length === 10 ? dates.format(ms) : instant(ms, { dateStyle: "medium", timeStyle: "short" });
    },
    list: (parts) => lists.format(parts),
  };
}

/** French has spaces before its high punctuation and within its quotation marks; no line breaks there. */
function unbroken(text: string): string {
  return text.replace(/ (?=[:;?!»])/g, "\u00a0").replace(/« /g, "«\u00a0");
}

function zoneOf(timeZone: string | undefined): Intl.DateTimeFormatOptions {
  try {
    new Intl.DateTimeFormat("en", { timeZone });
    return timeZone === undefined ? {} : { timeZone };
  } catch {
    return {};
  }
}

export const TextContext = createContext<Text>(textIn({ language: "en" }));

/** @typeParam K the keys of the product whose text the page was given */
export const useText = <K extends string = never>(): Text<Key | K> => useContext(TextContext) as Text<Key | K>;
