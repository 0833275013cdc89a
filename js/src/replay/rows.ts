/** The stored rows, as `src/sync/state.rs` and `src/sync/journal.rs` lay them out, with everything replaced. */

import { ERROR_CODES } from "../errors.ts";
import type { Fingerprints } from "./fingerprints.ts";
import { ofPeople } from "./fingerprints.ts";
import { asBigInt, isObject, parse, print, type Json } from "./json.ts";
import type { Form, Naming } from "./names.ts";
import { Digest, fingerprint, hex } from "./sip.ts";
import { isTime, isValue, isZone } from "./vendor.ts";

/** Words of Accord's own: names of settings, rules, states. */
const OWN = new Set([
  ...ERROR_CODES,
  ..."two-way crm-to-google google-to-crm do-not-add add-as-contacts newest google crm match import-all propagate keep busy include skip instances series".split(" "),
  ..."title time reminder place description guests create update delete seen new changed-in-google changed-in-crm conflict-newest".split(" "),
  ..."conflict-google conflict-crm source deleted edit-beats-deletion answered undo put-back poll manual crm-change zero userZone".split(" "),
  ..."apply restore pair separate mass-deletion ambiguous complete limit deadline paused failed wait quota interrupted popup email sms".split(" "),
  ..."unreadable guests-cut recreated all-day-unclear not-writable guests-not-linked contacts-not-created undo-first".split(" "),
  ..."changed-since gone not-allowed not-kept contacts-kept".split(" "),
]);

/** The names in rows that are objects, and in the reports that they hold. */
const NAMES = new Set(`
  active settings crm calendar direction guests conflict firstMatch deletions notifyGuests limits firstSync laterSync lookBackMonths
  intervalMinutes privateEvents recurring user own organisation zone title place description defaults reminder_times marks
  cursor horizon firstSyncLeft doubt importing runs links remaining lastRunMs googleNotBeforeMs zohoNotBeforeMs
  googleWritesNotBeforeMs pressed allDay offset exclusiveEnd crmChanges at seenMs settled crmOverlap crmDeletions
  defaultReminders crmExclusiveEnds crmListsGuests unreadSince probe trouble code message kept fence owner until_ms untilMs
  atMs contactsMs open undo run trigger startedMs undoes id field googleId crmId google winner sinceMs retryMs etag crmModified
  side ids askedMs answer durationMs created updated deleted contacts unchanged linked skipped eventType private outsideWindow
  otherOwner parked notes conflicts questions candidates googleIds crmIds count pauses requests zoho fullRead finished failed
  notRestored
`.trim().split(/\s+/));

/** Whether a word is one of Accord's own. */
export function isOwn(word: string): boolean {
  return OWN.has(word);
}

/** How the engine holds a field's value: in its normal form, without markup. */
const VALUES: { [field: string]: Form } = { title: "title", place: "place", description: "plain" };
const INTERVAL = /^[\dTZ:+.-]+\/[\dTZ:+.-]+$/;

/** A row's JSON; nothing where the row is damaged, or of another version. */
export function contents(row: string): Json | undefined {
  const [, sum, json] = /^1:([0-9a-f]{16}):(.*)$/s.exec(row) ?? [];
  return sum === undefined || json === undefined || hex(fingerprint(json)) !== sum ? undefined : parse(json);
}

function encoded(value: Json): string {
  const json = print(value);
  return `1:${hex(fingerprint(json))}:${json}`;
}

/** Without fingerprints it only goes through the rows, for what they name. */
export class Rows {
  readonly #naming: Naming;
  readonly #fingerprints: Fingerprints | undefined;
  readonly #hidden: (googleId: string, stored: bigint) => bigint | undefined;
  readonly #sentences: Set<string>;

  /**
   * @param hidden what stands for the fingerprint of a private event, where the transcript shows it
   * @param sentences of the engine itself
   */
  constructor(naming: Naming, fingerprints?: Fingerprints, hidden: (googleId: string, stored: bigint) => bigint | undefined = () => undefined, sentences = new Set<string>()) {
    this.#sentences = sentences;
    this.#naming = naming;
    this.#fingerprints = fingerprints;
    this.#hidden = hidden;
  }

  key(key: string): string {
    if (key.startsWith("link/")) return `link/${this.#linkKey(key.slice(5))}`;
    if (key.startsWith("crm/")) return `crm/${this.#naming.crmId(key.slice(4))}`;
    return /^(?:settings|state|intents|parked|lease|history|done\/(?:\d+\/(?:\d+)?)?|link\/|crm\/)?$/.test(key) ? key : this.#naming.label(key);
  }

  /** `link/<master>_` is the prefix of a series. */
  #linkKey(id: string): string {
    if (id === "") return id;
    return id.endsWith("_") ? `${this.#naming.googleId(id.slice(0, -1))}_` : this.#naming.googleId(id);
  }

  row(key: string, text: string): string {
    const json = contents(text);
    if (json === undefined) return "damaged";
    return encoded(this.#row(key, json));
  }

  #row(key: string, json: Json): Json {
    if (key.startsWith("link/")) return this.#link(key.slice(5), json);
    if (key.startsWith("crm/")) return this.#google(json);
    if (key.startsWith("done/")) return list(json).map((operation) => this.#operation(operation));
    switch (key) {
      case "settings":
      case "state":
      case "lease":
        return this.#named(json);
      case "intents":
        return isObject(json) ? this.#intents(json) : null;
      case "parked":
        return isObject(json) ? this.#waiting(json) : null;
      case "history":
        return list(json).map((report) => (typeof report === "string" ? this.#report(report) : null));
      default:
        return null;
    }
  }

  #link(id: string, json: Json): Json {
    const [crm, connection, seen, shown, modified, ...flags] = list(json);
    const [fields, guests] = list(shown);
    return [
      this.#crm(crm), this.#print(connection), this.#draft(id, seen),
      Array.isArray(shown) ? [this.#seen(fields, guests), this.#guests(guests)] : (shown ?? null),
      modified ?? null, ...flags,
    ];
  }

  #draft(id: string, json: Json | undefined): Json {
    const [etag, fields, guests, start, end, flags] = list(json);
    return [typeof etag === "string" ? this.#naming.token(etag) : null, this.#seen(fields, guests), this.#guests(guests), start ?? null, end ?? null, this.#flags(id, flags)];
  }

  /** The fingerprint of what the CRM is not shown stands above three flags, and is odd. */
  #flags(id: string, json: Json | undefined): Json {
    const flags = asBigInt(json);
    if (flags === undefined || !this.#fingerprints || flags >> 3n === 0n) return json ?? null;
    const stored = flags >> 3n;
    const hidden = this.#hidden(id, stored) ?? this.#fingerprints.of(stored) >> 3n;
    return ((hidden | 1n) << 3n) | (flags & 7n);
  }

  #seen(fields: Json | undefined, guests?: Json): Json {
    const people = list(guests).flatMap((person) => asBigInt(person) ?? []);
    return list(fields).map((field, index) => {
      const original = asBigInt(field);
      if (original === undefined || !this.#fingerprints) return field;
      if (index === 5 && ofPeople(people) === original) return ofPeople(people.map((person) => this.#fingerprints?.of(person) ?? 0n));
      return this.#fingerprints.ofField(index, original);
    });
  }

  #guests(json: Json | undefined): Json {
    return list(json).map((person) => this.#print(person));
  }

  #print(json: Json | undefined): Json {
    const original = asBigInt(json);
    return original === undefined ? null : (this.#fingerprints?.of(original) ?? original);
  }

  #google(json: Json | undefined): Json {
    return typeof json === "string" ? this.#naming.googleId(json) : null;
  }

  #crm(json: Json | undefined): Json {
    return typeof json === "string" ? this.#naming.crmId(json) : null;
  }

  #intents(row: { [key: string]: Json }): Json {
    const { creates, updates, births, lost, yielded, ...rest } = row;
    return {
      ...(this.#named(rest) as { [key: string]: Json }),
      ...(yielded !== undefined && {
        yielded: list(yielded).map((pair) => {
          const [crm, modified] = list(pair);
          return [this.#crm(crm), modified ?? null];
        }),
      }),
      creates: list(creates).map((pair) => {
        const [id, draft] = list(pair);
        return [this.#google(id), this.#draft(String(id), draft)];
      }),
      updates: list(updates).map((item) => {
        const [id, side, seen] = list(item);
        return [this.#google(id), this.#word(side), this.#seen(seen)];
      }),
      births: list(births).map((pair) => {
        const [id, crm] = list(pair);
        return [this.#google(id), this.#crm(crm)];
      }),
      lost: list(lost).map((conflict) => this.#named(conflict)),
    };
  }

  #waiting(row: { [key: string]: Json }): Json {
    return {
      parked: list(row["parked"]).map((pair) => {
        const [id, parked] = list(pair);
        return [this.#google(id), this.#named(parked)];
      }),
      held: list(row["held"]).map((held) => this.#named(held)),
    };
  }

  #operation(json: Json): Json {
    const [head, rule, fields, mailed, kept, version] = list(json);
    const [side, verb, google, crm, title, start, end] = list(head);
    const [, etag, minutes] = typeof version === "string" ? (/^(.*)\/(\d*)$/s.exec(version) ?? []) : [];
    const isModified = typeof version === "string" && /^-?\d{0,12}$/.test(version);
    return [
      [this.#word(side), this.#word(verb), this.#google(google), crm === null ? null : this.#crm(crm), this.#value("title", title), this.#value("time", start), this.#value("time", end)],
      this.#word(rule),
      list(fields).map((change) => {
        const [field, before, after, why, winner, lost] = list(change);
        const name = typeof field === "string" ? field : "";
        return [this.#word(field), this.#value(name, before), this.#value(name, after), this.#word(why), this.#word(winner), this.#value(name, lost)];
      }),
      mailed ?? null, kept ?? null,
      etag !== undefined ? `${this.#naming.token(etag)}/${minutes ?? ""}` : isModified ? (version ?? null) : this.#label(version),
    ];
  }

  #report(text: string): Json {
    const report = parse(text);
    return report === undefined ? null : print(this.#named(report));
  }

  /** Objects whose fields are known by their names. */
  #named(json: Json | undefined, field = "", about = ""): Json {
    if (Array.isArray(json)) return json.map((item) => this.#named(item, field, about));
    if (isObject(json)) {
      const of = json["field"];
      const fields = Object.entries(json).filter(([key]) => NAMES.has(key));
      const entries = fields.map(([key, item]): [string, Json] => [key, this.#named(item, key, typeof of === "string" ? of : about)]);
      const named: { [key: string]: Json } = Object.fromEntries(entries);
      const id = json["id"];
      if ((Array.isArray(json["ids"]) || "candidates" in json || "count" in json) && typeof id === "string") named["id"] = this.#question(id, json);
      return named;
    }
    if (typeof json === "bigint") return field === "crmOverlap" ? this.#print(json) : field === "owner" ? json : 0;
    if (typeof json === "number") return field === "crmOverlap" ? this.#print(json) : json;
    return typeof json === "string" ? this.#string(json, field, about) : (json ?? null);
  }

  #string(text: string, field: string, about: string): string {
    switch (field) {
      case "googleId": case "googleIds": case "ids": case "probe":
        return this.#naming.googleId(text);
      case "crmId": case "crmIds": case "user": case "organisation":
        return this.#naming.crmId(text);
      case "crm":
      case "google":
        return about === "" ? this.#naming.crmId(text) : String(this.#value(about, text));
      case "id":
        return /^\d+$/.test(text) ? this.#naming.crmId(text) : this.#naming.googleId(text);
      case "calendar":
        return this.#naming.calendar(text);
      case "own":
        return this.#naming.address(text);
      case "cursor": case "etag":
        return this.#naming.token(text);
      case "zone":
        return isZone(text) ? text : this.#naming.label(text);
      case "message":
        return this.#sentences.has(text) ? text : this.#naming.label(text);
      case "code":
        return OWN.has(text) || isValue(text) ? text : this.#naming.label(text);
      default:
        return OWN.has(text) || isTime(text) ? text : this.#naming.label(text);
    }
  }

  /** Questions have the fingerprint of what they are about for a name. */
  #question(id: string, { ids, candidates }: { [key: string]: Json }): string {
    const about = isObject(candidates) ? [] : list(ids);
    const named = (name: (id: string) => string) => about.reduce((digest: Digest, one) => digest.text(name(String(one))), new Digest()).finish();
    if (hex(named((one) => one)) === id) {
      const replaced = hex(named((one) => this.#naming.googleId(one)));
      this.#fingerprints?.learn(BigInt(`0x${id}`), BigInt(`0x${replaced}`));
    }
    return /^[0-9a-f]{16}$/.test(id) && this.#fingerprints ? hex(this.#fingerprints.of(BigInt(`0x${id}`))) : this.#naming.label(id);
  }

  #word(json: Json | undefined): Json {
    return typeof json === "string" ? (OWN.has(json) ? json : this.#naming.label(json)) : null;
  }

  #label(json: Json | undefined): Json {
    return typeof json === "string" ? this.#naming.label(json) : (json ?? null);
  }

  /** The value of a field as people read it. */
  #value(field: string, json: Json | undefined): Json {
    if (typeof json !== "string") return null;
    const form = VALUES[field];
    if (form) return this.#naming.text(json, form);
    if (field === "guests") return json.split(",").map((address) => address.replace(/\S.*\S|\S/, (name) => this.#naming.address(name))).join(",");
    const kept = field === "time" ? isTime(json) || INTERVAL.test(json) : field === "reminder" && /^\d{0,6}$/.test(json);
    return kept ? json : this.#naming.label(json);
  }
}

function list(json: Json | undefined): Json[] {
  return Array.isArray(json) ? json : [];
}
