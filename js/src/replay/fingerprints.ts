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

/** The fields of an event in Google of which a private one's stored fingerprint is made, as the service shows them. */
export interface Shown {
  title: string;
  place: string;
  description: string;
  /** Nothing where the service left guests out. */
  guests: string[] | undefined;
}

/** By how much `Event::digest` of an event changes, before it loses its last bits. */
export function changeOfDigest(shown: Shown, fingerprints: Fingerprints, normalForm: NormalForm, limits: Limits): bigint {
  const guests = shown.guests && ofPeople(shown.guests.map((address) => fingerprint(normalAddress(address))));
  const last = guests === undefined ? 4 : 5;
  const changes: [number, bigint][] = [
    [0, fingerprint(normalForm(0, shown.title, limits.title))],
    [3, fingerprint(normalForm(1, shown.place, limits.place))],
    [4, fingerprint(normalForm(2, shown.description, limits.description))],
    ...(guests === undefined ? [] : [[5, guests] as [number, bigint]]),
  ];
  return changes.reduce((sum, [at, original]) => sum ^ rotated(original ^ fingerprints.of(original), 7 * (last - at)), 0n);
}

/** The fingerprint of a list of guests, from theirs. */
export function ofPeople(people: bigint[]): bigint {
  return new Digest().number(people.reduce((sum, person) => sum + person, 0n)).number(BigInt(people.length)).finish();
}
