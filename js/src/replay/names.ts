/**
 * Who and what a transcript names, and what stands for each in the bundle. Ids keep their order and their form, for the engine
 * keeps lists in the order of ids and knows the instances of a series by them.
 */

import { Digest } from "./sip.ts";
import type { Words } from "./words.ts";

/** In which way the engine reads a text: it compares normal forms, and each field has its own. */
export type Form = "title" | "place" | "html" | "plain";

/** What is done with each value that could tell something; gives what stands in its place. */
export interface Naming {
  crmId(id: string): string;
  googleId(id: string): string;
  calendar(id: string): string;
  address(address: string): string;
  /** Pages, cursors and versions, which are opaque. */
  token(token: string): string;
  text(text: string, form: Form): string;
  /** Names of people and calendars, and everything that is not known. */
  label(text: string): string;
  /** The guests of one event: what is remembered of them is a fingerprint of the whole list. */
  guests(addresses: string[]): void;
}

/** Google's instances, and series that were split off, have the id of their master and a start. */
const STEM = /^(.+?)((?:_R\d{8}(?:T\d{6})?)?(?:_\d{8}(?:T\d{6}Z)?)?)$/s;
const BORN = /^accord[0-9a-v]{26}$/;
const GENERATIONS = 64;
/** So many derivations are tried at the most: a second or two. */
const DERIVATIONS = 100_000;
/** Up to so many derived ids keep their order among each other; of more, those of events with the same start. */
const ALL_IN_ORDER = 200;
const BASE_32 = "0123456789abcdefghijklmnopqrstuv";

/** Goes through a transcript and remembers what is in it. */
export class Collected implements Naming {
  readonly crmIds = new Set<string>();
  readonly googleIds = new Set<string>();
  readonly addresses = new Set<string>();
  readonly tokens = new Set<string>();
  readonly texts = new Map<Form, Set<string>>();
  readonly lists: string[][] = [[]];

  crmId(id: string): string {
    this.crmIds.add(id);
    return id;
  }

  googleId(id: string): string {
    this.googleIds.add(id);
    return id;
  }

  calendar(id: string): string {
    return id.includes("@") ? this.address(id) : this.token(id);
  }

  address(address: string): string {
    this.addresses.add(normalAddress(address));
    return address;
  }

  token(token: string): string {
    this.tokens.add(token);
    return token;
  }

  text(text: string, form: Form): string {
    const known = this.texts.get(form);
    if (known) known.add(text);
    else this.texts.set(form, new Set([text]));
    return text;
  }

  label(text: string): string {
    return text;
  }

  guests(addresses: string[]): void {
    this.lists.push(addresses);
  }
}

/** What makes up the connection of a pair of accounts, which ids of created events are derived from. */
export interface Connection {
  calendar: string;
  organisation: string;
  user: string;
}

export function connectionOf({ calendar, organisation, user }: Connection): bigint {
  return new Digest().text(calendar).text(organisation).text(user).finish();
}

export function normalAddress(address: string): string {
  return address.trim().replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** Gives everything its replacement. */
export class Renamed implements Naming {
  readonly #words: Words;
  readonly #crm: Map<string, string>;
  readonly #google: Map<string, string>;
  readonly #addresses: Map<string, string>;
  readonly #tokens = new Map<string, string>();

  constructor(found: Collected, words: Words) {
    this.#words = words;
    const byRank = (ids: Iterable<string>, name: (rank: string, id: string) => string, sign = 6) =>
      new Map([...ids].sort(byUtf8).map((id, rank) => [id, name(String(rank).padStart(sign, "0"), id)] as const));
    this.#crm = byRank(found.crmIds, (rank, id) => `7${rank}`.padEnd(id.length, "0"), 7);
    // What stands before the ids that the engine makes goes on to stand before them.
    const stems = byRank(new Set([...found.googleIds].map((id) => partsOf(id)[0])), (rank, stem) => `${stem < "accord" ? "a" : "event"}${rank}`.padEnd(stem.length, "0"));
    this.#google = new Map([...found.googleIds].map((id) => {
      const [stem, start] = partsOf(id);
      return [id, `${stems.get(stem) ?? ""}${start}`];
    }));
    this.#addresses = byRank(found.addresses, (rank, address) => (/^[^\s@]+@[^\s@]+$/.test(address) ? `person${rank}@example.com` : words.plain(address)), 4);
  }

  /**
   * Ids that the engine derived from meetings become what it derives from the meetings' replacements; these are chosen so that
   * the derived ids keep their order, for the engine writes events with the same start in the order of their ids.
   *
   * @param startOf when an event or a meeting begins, by its id
   */
  derive(found: Collected, original: Connection, startOf: (id: string) => number | undefined): void {
    const [from, to] = [connectionOf(original), connectionOf(this.connection(original))];
    const { all, others } = births(found, from);
    const groups = new Map<number | undefined, Birth[]>();
    for (const born of [...all, ...others]) {
      const start = all.length <= ALL_IN_ORDER ? 0 : (startOf(born.id) ?? startOf(born.crmId));
      const group = groups.get(start);
      if (group) group.push(born);
      else groups.set(start, [born]);
    }
    const latest = new Map(all.map(({ crmId, generation }) => [crmId, generation]));
    let left = DERIVATIONS;
    for (const group of groups.values()) {
      group.sort((one, other) => byUtf8(one.id, other.id)).forEach(({ id, crmId, generation }, rank) => {
        if (crmId === "") this.#google.set(id, idAt((rank + 0.5) / group.length));
        // Of several events that a meeting had, only one can be put in its place: the last one.
        if (latest.get(crmId) !== generation || crmId.length < 14) return;
        const before = this.crmId(crmId).slice(0, 8);
        for (let tried = 0; tried < 40 * group.length && left > 0; tried++, left--) {
          const made = before + String(tried).padStart(crmId.length - 8, "0");
          if (Math.floor(placeOf(birth(to, made, generation)) * group.length) !== rank) continue;
          this.#crm.set(crmId, made);
          break;
        }
      });
    }
    for (const { id, crmId, generation } of all) this.#google.set(id, birth(to, this.crmId(crmId), generation));
  }

  connection({ calendar, organisation, user }: Connection): Connection {
    return { calendar: this.calendar(calendar), organisation: this.crmId(organisation), user: this.crmId(user) };
  }

  crmId(id: string): string {
    return this.#crm.get(id) ?? this.token(id);
  }

  googleId(id: string): string {
    return this.#google.get(id) ?? this.token(id);
  }

  calendar(id: string): string {
    if (id === "primary") return id;
    return id.includes("@") ? this.address(id) : this.token(id);
  }

  address(address: string): string {
    return this.#addresses.get(normalAddress(address)) ?? this.label(address);
  }

  token(token: string): string {
    const inner = /^(?:W\/)?"(.*)"$/s.exec(token)?.[1];
    if (inner !== undefined) return `"${this.token(inner)}"`;
    if (token === "") return token;
    const known = this.#tokens.get(token);
    if (known !== undefined) return known;
    const made = `t${String(this.#tokens.size).padStart(6, "0")}`.padEnd(token.length, "0");
    this.#tokens.set(token, made);
    return made;
  }

  text(text: string, form: Form): string {
    return form === "html" ? this.#words.html(text) : this.#words.plain(text);
  }

  label(text: string): string {
    return this.#words.plain(text);
  }

  guests(): void {
    // Whom a list names is renamed one by one.
  }
}

interface Birth {
  id: string;
  crmId: string;
  generation: number;
}

/** The ids of a transcript that the engine derived from its meetings, and from others. */
function births(found: Collected, connection: bigint): { all: Birth[]; others: Birth[] } {
  const open = new Set([...found.googleIds].filter((id) => BORN.test(id)));
  const all: Birth[] = [];
  let left = DERIVATIONS;
  for (let generation = 0; generation < GENERATIONS; generation++) {
    for (const crmId of found.crmIds) {
      if (open.size === 0 || left-- <= 0) break;
      const id = birth(connection, crmId, generation);
      if (open.delete(id)) all.push({ id, crmId, generation });
    }
  }
  return { all, others: [...open].map((id) => ({ id, crmId: "", generation: 0 })) };
}

/** Where a derived id stands among all that there can be: from 0 to 1. */
function placeOf(id: string): number {
  return [...id.slice(6, 10)].reduceRight((place, digit) => (place + BASE_32.indexOf(digit)) / 32, 0);
}

/** An id that is derived from nothing, at such a place. */
function idAt(place: number): string {
  let id = "accord";
  let rest = place;
  while (id.length < 32) {
    rest *= 32;
    id += BASE_32.charAt(Math.floor(rest));
    rest -= Math.floor(rest);
  }
  return id;
}

/** As the engine orders text. */
function byUtf8(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

function partsOf(id: string): [stem: string, start: string] {
  const [, stem = id, start = ""] = STEM.exec(id) ?? [];
  return [stem, start];
}

/** The id of the event that the engine creates for a meeting, as `src/sync/birth.rs` derives it. */
export function birth(connection: bigint, crmId: string, generation: number): string {
  let id = "accord";
  for (const salt of [1n, 2n]) {
    let bits = new Digest().number(connection).number(salt).text(crmId).number(BigInt(generation)).finish();
    for (let digit = 0; digit < 13; digit++) {
      id += BASE_32.charAt(Number(bits & 31n));
      bits >>= 5n;
    }
  }
  return id;
}
