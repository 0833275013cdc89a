/**
 * Stored fingerprints stand for texts, and somebody who guesses a text could prove it by its fingerprint. So each becomes the
 * fingerprint of the replacement where the transcript has the text, and else a number that nobody can compute again.
 */

import type { Collected, Form, Renamed } from "./names.ts";
import { normalAddress } from "./names.ts";
import { OWN_TITLES } from "./words.ts";
import { Digest, fingerprint, rotated, sipHash13 } from "./sip.ts";

/** How the engine reads a text of a field; `limit` is the most characters that the CRM takes. */
export type NormalForm = (form: number, text: string, limit: number) => string;

/** In the order in which the engine knows the forms. */
const FORMS: Form[] = ["title", "place", "html", "plain"];

export interface Limits {
  title: number;
  place: number;
  description: number;
}

/** The order of the mapped fields in a stored list. */
export const FIELDS = ["title", "time", "reminder", "place", "description", "guests"] as const;

export class Fingerprints {
  readonly #known = new Map<bigint, bigint>();
  readonly #key: readonly [bigint, bigint];

  constructor(found: Collected, renamed: Renamed, normalForm: NormalForm, limits: Limits, own: string[], random: () => number) {
    const chance = () => (BigInt(random()) << 32n) | BigInt(random());
    this.#key = [chance(), chance()];
    FORMS.forEach((form, index) => {
      const limit = form === "title" ? limits.title : form === "place" ? limits.place : limits.description;
      const normal = (text: string) => fingerprint(normalForm(index, text, limit));
      for (const text of found.texts.get(form) ?? []) this.#known.set(normal(text), normal(renamed.text(text, form)));
      // An empty field is one of the values of any field.
      this.#known.set(normal(""), normal(""));
    });
    for (const title of OWN_TITLES) this.learn(fingerprint(title), fingerprint(title));
    for (const address of found.addresses) this.#known.set(fingerprint(address), fingerprint(normalAddress(renamed.address(address))));
    const mine = new Set(own.map(normalAddress));
    for (const list of found.lists) {
      const all = [...new Set(list.map(normalAddress))];
      for (const guests of [all, all.filter((address) => !mine.has(address))]) {
        const before = guests.map(fingerprint);
        this.learn(ofPeople(before), ofPeople(before.map((person) => this.of(person))));
      }
    }
  }

  learn(original: bigint, replacement: bigint): void {
    this.#known.set(original, replacement);
  }

  /** The fingerprint that stands in the place of one. */
  of(original: bigint): bigint {
    const known = this.#known.get(original);
    if (known !== undefined) return known;
    const bytes = Array.from({ length: 8 }, (_, at) => Number((original >> BigInt(8 * at)) & 0xffn));
    return sipHash13(this.#key, bytes);
  }

  /** Of one field of a list of six. Times and reminders are kept, and so are their fingerprints. */
  ofField(index: number, original: bigint): bigint {
    const field = FIELDS[index];
    return field === "time" || field === "reminder" ? original : this.of(original);
  }
}

/** An event in Google as the service shows it, as far as the stored fingerprint of a private one is made of it. */
export interface Shown {
  title: string;
  /** The fingerprint of its extent. */
  when: bigint;
  /** What its reminder may be, in minutes; −1 is none. */
  reminders: number[];
  place: string;
  description: string;
  /** Nothing where the service left guests out. */
  guests: string[] | undefined;
}

/** The fingerprint of an extent: two times in RFC 3339, or two dates. Nothing when they are neither. */
export function ofExtent(start: string, end: string): bigint | undefined {
  const [from, to] = [Date.parse(start), Date.parse(end)];
  if (Number.isNaN(from) || Number.isNaN(to)) return undefined;
  const isDate = !start.includes("T");
  const [unit, shift, least] = isDate ? [86_400_000, FIRST_DAY, 1] : [1_000, 0, 60];
  const first = Math.floor(from / unit) + shift;
  const last = Math.max(Math.floor(to / unit) + shift, to > from ? 0 : first + least);
  return new Digest().number(isDate ? 1n : 0n).number(BigInt(first)).number(BigInt(last)).finish();
}

/** 1 January 1970, counted from the first day of the year 1. */
const FIRST_DAY = 719_163;

/**
 * What stands for the fingerprint of all fields (`Event::digest`) where it is that of the event as it is shown; nothing where
 * it is that of an older one, of which nothing is known.
 */
export function ofWhole(stored: bigint, shown: Shown, fingerprints: Fingerprints, normalForm: NormalForm, limits: Limits): bigint | undefined {
  const texts = [
    fingerprint(normalForm(0, shown.title, limits.title)),
    fingerprint(normalForm(1, shown.place, limits.place)), fingerprint(normalForm(2, shown.description, limits.description)),
    ...(shown.guests ? [ofPeople(shown.guests.map((address) => fingerprint(normalAddress(address))))] : []),
  ];
  for (const minutes of shown.reminders) {
    const reminder = new Digest().number(BigInt(minutes)).finish();
    const whole = ([title = 0n, ...others]: bigint[]) =>
      ([title, shown.when, reminder, ...others].reduce((sum, field) => rotated(sum, 7) ^ field, 0n) >> 3n) | 1n;
    if (whole(texts) === stored) return whole(texts.map((text) => fingerprints.of(text)));
  }
  return undefined;
}

/** The fingerprint of a list of guests, from theirs. */
export function ofPeople(people: bigint[]): bigint {
  return new Digest().number(people.reduce((sum, person) => sum + person, 0n)).number(BigInt(people.length)).finish();
}
