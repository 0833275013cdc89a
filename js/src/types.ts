/** Values that cross between the engine, this package and its users. All times are milliseconds since 1970 UTC. */

import type { ErrorCode } from "./errors.ts";

/** What to keep in accord, and how. Only `calendar` is required. */
export interface Settings {
  /** Id of a Google calendar that the user may write, as {@link Calendar.id}. */
  calendar: string;
  /** Who writes whom. A one-way direction never writes its source. Default: `"two-way"`. */
  direction?: "two-way" | "crm-to-google" | "google-to-crm";
  /**
   * Whether guests of Google events become CRM contacts. Whoever is a user, contact or lead of the CRM already is linked
   * either way; `"add-as-contacts"` creates the others, once, and needs View and Create on Contacts. It is about events
   * that are created, or whose guests change, from then on. Default: `"do-not-add"`: they stay plain e-mail addresses.
   */
  guests?: "do-not-add" | "add-as-contacts";
  /** Who wins when the same field changed on both sides; the other value is in the report. Default: `"newest"`. */
  conflict?: "newest" | "google" | "crm";
  /** Whether a first sync pairs events that exist on both sides, or creates everything. Default: `"match"`. */
  firstMatch?: "match" | "import-all";
  /** Whether a deletion on one side deletes the other event too. Default: `"propagate"`. */
  deletions?: "propagate" | "keep";
  /** Whether the services may e-mail guests because of a write. Default: `false`. */
  notifyGuests?: boolean;
  /** Numbers of entries per cycle, and how many calendar months the first sync looks back. */
  limits?: {
    /** Entries that a cycle of the first sync writes at most, 1 to 50,000. Default: 5,000. */
    firstSync?: number;
    /** Entries that a later cycle writes at most, 1 to 5,000. Default: 500. */
    laterSync?: number;
    /** Calendar months that the first sync looks back, 0 to 24. Default: 3. */
    lookBackMonths?: number;
  };
  /** How often the host means to call `run`, in minutes (1 to 60); kept for the host, no timer is set. Default: 5. */
  intervalMinutes?: number;
  /** What the CRM gets of a Google event that is marked private: its time alone, all of it, or nothing. Default: `"busy"`. */
  privateEvents?: "busy" | "include" | "skip";
  /**
   * `"skip"` (default) leaves repeating events out and counts them. With `"instances"` each occurrence is a meeting of its
   * own, up to a year ahead. `"series"` is refused: the CRM has no dependable way to change one meeting of a series.
   */
  recurring?: "skip" | "instances" | "series";
}

/** A Google calendar that the user may write. */
export interface Calendar {
  /** As {@link Settings.calendar} wants it. */
  id: string;
  /** As the user named it. */
  name: string;
  /** IANA name, for example `"Europe/Paris"`. */
  zone: string;
  /** Whether it is the user's own calendar. */
  primary: boolean;
  /** What the user may do there; calendars that can only be read are left out. */
  role: "writer" | "owner";
}

/** What {@link Sync.checkAccess} found missing; `ok` when nothing is. */
export interface Access {
  /** Whether a run can read and write all that the settings ask for. */
  ok: boolean;
  /** Each right that is missing. */
  missing: {
    /** The code of the error that a run would end with, such as `forbidden`. */
    code: string;
    /**
     * `calendar`: the one of the settings; `calendars`: any that may be written; `google`, `zoho`: the sign-in, or a scope;
     * `meetings`, `contacts`: a right on them; `field`: the CRM demands a value that Accord cannot give.
     */
    what: "calendar" | "calendars" | "google" | "zoho" | "meetings" | "contacts" | "field";
    /** The right: `API access`, `View`, `Create`, `Edit` or `Delete`; or the field's name in the CRM's API. */
    name?: string;
    /** What to do about it, as a sentence in English. */
    message: string;
  }[];
}

/** Numbers of events written on one side. */
export interface Counts {
  /** New events. */
  created: number;
  /** Events of which fields were written. */
  updated: number;
  /** Events that were deleted. */
  deleted: number;
}

/** One event that could not be synced; it is tried again when it changes on either side, or after a day. */
export interface ParkedEvent {
  /** The event in Google; of a meeting that has none, the id that it would get. */
  googleId: string;
  /** The meeting in the CRM, where there is one. */
  crmId?: string;
  /** The reason: `unreadable`, `ambiguous`, or the service's own code. */
  code: string;
  /** The reason as a sentence, in English. */
  message: string;
  /** Since when, in milliseconds since 1970 UTC. */
  sinceMs: number;
}

/** A remark, mostly on one event, for example on a text that had to be shortened. */
export interface Note {
  /**
   * `guests-cut`, `recreated`, `all-day-unclear`, `unreadable`; `not-writable`: the event in Google is somebody
   * else's, so that the CRM's change was not written to it; `guests-not-linked`, `contacts-not-created`: people of the
   * CRM could not be read, or contacts not be created, so that guests stay plain e-mail addresses.
   */
  code: string;
  /** The event in Google. Empty when it has no id that could be read, and where the remark is about several. */
  googleId: string;
  /** What it means, as a sentence in English. */
  message: string;
}

/**
 * A field that was changed on both sides to different values. The report is the only place that still holds
 * the value that lost.
 */
export interface Conflict {
  /** The event in Google. */
  googleId: string;
  /** The meeting in the CRM. */
  crmId: string;
  /** Which of its fields; guests are merged and never in conflict. */
  field: "title" | "time" | "reminder" | "place" | "description";
  /**
   * The value in Google before the cycle, as plain text. A time is an interval: two instants of RFC 3339, or of an
   * all-day event its first and last date, with a slash between. A reminder is minutes before the start, empty for none.
   */
  google: string;
  /** The value in the CRM before the cycle, in the same form. */
  crm: string;
  /** Whose value both sides have now, by the setting `conflict`. */
  winner: "google" | "crm";
}

/** Something that only a person can decide. Nothing that it is about is written until {@link Sync.resolve}. */
export interface Question {
  /** Names the question in {@link Sync.resolve}. */
  id: string;
  /**
   * `mass-deletion`: more than 20 events, and more than a tenth of all links, were deleted on one side. `ambiguous`: events
   * and meetings have the same title and time and differ otherwise, so that nobody can tell which belong together.
   */
  code: "mass-deletion" | "ambiguous";
  /** Of what is ambiguous: what could be the same event, in the order in which `"pair"` would pair it. */
  candidates?: {
    /** Events in Google. */
    googleIds: string[];
    /** Meetings in the CRM. */
    crmIds: string[];
  };
  /** Where the events would be deleted; on the other side they are gone already. Says nothing of what is ambiguous. */
  side: "google" | "crm";
  /** Number of events. */
  count: number;
  /** When it was first asked, in milliseconds since 1970 UTC. */
  askedMs: number;
}

/** A mapped field. */
export type FieldName = "title" | "time" | "reminder" | "place" | "description" | "guests";

/** Why a field or an event was written. */
export type Rule =
  /** It was there on one side only. */
  | "new"
  /** Changed on that side since it was last seen there. */
  | "changed-in-google" | "changed-in-crm"
  /** Changed on both sides; the setting `conflict` decided. */
  | "conflict-newest" | "conflict-google" | "conflict-crm"
  /** One direction: the source decides. */
  | "source"
  /** Deleted on the other side. */
  | "deleted"
  /** Deleted on one side and edited on the other: created again. */
  | "edit-beats-deletion"
  /** A person answered a question. */
  | "answered"
  /** A person asked for it: {@link Sync.undo}, {@link Sync.putBack}. */
  | "undo" | "put-back";

/** One field of an {@link Operation}. */
export interface FieldChange {
  /** Which of the fields. */
  field: FieldName;
  /**
   * Plain text. A time is an interval: two instants of RFC 3339, or of an all-day event its first and last date, with a
   * slash between; a reminder is minutes before the start; guests are addresses with `", "` between. Absent: nothing there.
   */
  before?: string;
  /** What is there after the write, in the same form. */
  after?: string;
  /** Why it was written. */
  rule: Rule;
  /** Of a conflict: whose value stays. */
  winner?: "google" | "crm";
  /** Of a conflict: the value that lost; {@link Sync.putBack} writes it to both sides. */
  lost?: string;
}

/** One write that a cycle made. */
export interface Operation {
  /** Where it was written. */
  side: "google" | "crm";
  /** What was done there. */
  verb: "create" | "update" | "delete";
  /** The event in Google; absent where it has none yet. */
  googleId?: string;
  /** The meeting in the CRM; absent where it has none yet. */
  crmId?: string;
  /** As it is on that side after the write; of a private event what the CRM may know. */
  title: string;
  /** Instants of RFC 3339; of an all-day event the first and the last date. */
  start?: string;
  /** As `start`. */
  end?: string;
  /** Why it was written. */
  rule: Rule;
  /** Of an update: the fields that were written. Of a deletion: what was there. Of a create: none. */
  fields: FieldChange[];
  /** Guests that the service e-mails; 0 unless `notifyGuests`. */
  mailed: number;
  /** Whether what was there before is known, so that {@link Sync.undo} can restore it. */
  kept?: boolean;
}

/** Why an event looks as it does: one write, and the cycle that made it. */
export interface Reason {
  /** {@link Report.run} of the cycle. */
  run: number;
  /** When the cycle started, in milliseconds since 1970 UTC; 0 where its report is not kept any more. */
  atMs: number;
  /** The write itself. */
  operation: Operation;
}

/** An event that an undo left as it is. */
export interface NotRestored {
  /** The event in Google; empty with `contacts-kept`. */
  googleId: string;
  /** The meeting in the CRM, where there is one. */
  crmId?: string;
  /**
   * `changed-since`: somebody changed it after the cycle; `gone`: somebody deleted it; `not-allowed`: the service refuses
   * the write, or the settings do not write that side; `not-kept`: what was there before is not known, or is forgotten since
   * the event became private; `contacts-kept`: the cycle created contacts of guests, which an undo never deletes.
   */
  code: "changed-since" | "gone" | "not-allowed" | "not-kept" | "contacts-kept";
  /** The reason as a sentence, in English. */
  message: string;
}

/** A service that takes no requests, or no changes, for a while. It ends by itself; nothing is lost. */
export interface Pause {
  /** Whose service. */
  side: "google" | "crm";
  /**
   * `wait`: no request goes there; cycles fail with `rate-limited` until then. `quota`: a usage limit of hours is reached;
   * nothing is written there, while reading and the other side go on.
   */
  code: "wait" | "quota";
  /** A sentence for people. */
  message: string;
  /** When it ends, in milliseconds since 1970 UTC. */
  untilMs: number;
}

/**
 * What to do about the events of a {@link Question}. `mass-deletion`: `"apply"` deletes the others too, `"restore"` creates
 * the deleted ones again. `ambiguous`: `"pair"` takes the first event of `candidates` for its first meeting, the second for
 * the second and so on, and creates a counterpart of what is left over; `"separate"` creates a counterpart of each.
 */
export type Answer = "apply" | "restore" | "pair" | "separate";

/** What one cycle did. */
export interface Report {
  /** Number of the cycle, counted from 1. */
  run: number;
  /** Who asked for it. */
  trigger: Trigger | "undo" | "put-back";
  /** When it began, in milliseconds since 1970 UTC. */
  startedMs: number;
  /** How long it took, in milliseconds, waiting for services included. */
  durationMs: number;
  /** What was written to Google. */
  google: Counts;
  /** What was written to the CRM. */
  crm: Counts;
  /** Contacts created of guests, by the setting `guests`. */
  contacts: number;
  /** Events that were read and needed no write. */
  unchanged: number;
  /** Events paired with one that already existed on the other side. */
  linked: number;
  /** Events left out on purpose, by reason. */
  skipped: {
    /** Series, and meetings of series. */
    recurring: number;
    /** Focus time, out of office, birthdays … */
    eventType: number;
    /** Marked private in Google, when the settings skip these. */
    private: number;
    /** Over before the first sync looks back, or an occurrence more than a year ahead. */
    outsideWindow: number;
    /** Meetings of other users of the CRM. */
    otherOwner: number;
  };
  /** Events that could not be synced, and why. */
  parked: ParkedEvent[];
  /** Remarks that need nobody to do anything. */
  notes: Note[];
  /** Values that lost. */
  conflicts: Conflict[];
  /** All questions that are open after the cycle, also older ones. */
  questions: Question[];
  /** Entries that a limit or a pause left for the next cycles. */
  remaining: number;
  /** What a service keeps waiting after the cycle. */
  pauses: Pause[];
  /** HTTP requests made, a batch counted as one. */
  requests: {
    /** To Google. */
    google: number;
    /** To the CRM. */
    zoho: number;
  };
  /** Whether the whole window was read, and not only what changed. */
  fullRead: boolean;
  /** `failed`, only in the history: it wrote something and then failed, or was cut off. */
  finished: "complete" | "limit" | "deadline" | "paused" | "failed";
  /** With `finished: "failed"`: the code of the error, or `interrupted`, and a sentence. */
  failed?: {
    /** One of the codes of errors, or `interrupted`. */
    code: string;
    /** What happened, as a sentence in English. */
    message: string;
  };
  /** Of an undo: {@link Report.run} of the cycle that was undone. */
  undoes?: number;
  /** Of an undo: what was left as it is, and why. */
  notRestored: NotRestored[];
}

/** What the next cycles would do if nothing changes between. Nothing was written, and nothing of it is stored. */
export interface Plan {
  /**
   * In the order in which the limits let them through. `cycle` says which cycle writes it, 1 for the next one. Of new
   * events beyond the first 1,000, `fields` is empty.
   */
  operations: (Operation & {
    /** Which cycle writes it, counted from 1. */
    cycle: number;
  })[];
  /** What would be written to Google. */
  google: Counts;
  /** What would be written to the CRM. */
  crm: Counts;
  /** Contacts that would be created of guests. */
  contacts: number;
  /** Events that would be paired with one that already exists on the other side. */
  linked: number;
  /** Events that were read and need no write. */
  unchanged: number;
  /** Events left out on purpose, by reason, as in {@link Report}. */
  skipped: Report["skipped"];
  /** Events that cannot be synced, and why. */
  parked: ParkedEvent[];
  /** As in a report; `undo-first`: the next cycle first finishes what was asked to be undone. */
  notes: Note[];
  /** Open questions, and those that the cycle would ask. */
  questions: Question[];
  /** What a service keeps waiting. */
  pauses: Pause[];
  /**
   * What writing it costs where nothing goes wrong: HTTP requests per service, API credits of the CRM, cycles under the
   * limits. Look-ups of guests are not in it.
   */
  cost: {
    /** Requests to Google. */
    google: number;
    /** Requests to the CRM. */
    zoho: number;
    /** API credits of the CRM. */
    credits: number;
    /** Cycles that the limits make of it. */
    cycles: number;
  };
  /** Guests that the services would e-mail; 0 unless `notifyGuests`. */
  mailed: number;
  /** Entries about which nothing can be said yet: deletions that later cycles prove, and what a usage limit keeps out of Google. */
  deferred: number;
  /** Meetings that a cycle which was cut off had created; the next one links them. */
  recovered: number;
  /** Whether the whole window was read, and not only what changed. */
  fullRead: boolean;
  /** HTTP requests that the preview itself made. */
  requests: {
    /** To Google. */
    google: number;
    /** To the CRM. */
    zoho: number;
  };
}

/** How the sync is doing, in one value. */
export interface Health {
  /** `waiting`: it goes on by itself. `needs-you`: only a person can mend it, see `reasons`. */
  state: "off" | "in-accord" | "working" | "waiting" | "needs-you";
  /** Of `waiting`: when that ends, in milliseconds since 1970 UTC; absent when the next cycle goes on. */
  untilMs?: number;
  /**
   * Of `needs-you`: `question-open`, `parked`, or the code of the error that ended the last cycle, such as `auth-expired`,
   * `forbidden` or `storage-full`; with a sentence in English.
   */
  reasons: {
    /** To be matched on. */
    code: string;
    /** What to do, as a sentence in English. */
    message: string;
  }[];
  /**
   * When a cycle last ended well, in milliseconds since 1970 UTC: the last one of this page, else the last one that found
   * something, for a cycle that finds nothing stores nothing.
   */
  lastSuccessMs?: number;
  /** Milliseconds since each side was last read completely, as far as this page or the stored state knows. */
  lag: {
    /** Since Google was read, in milliseconds. */
    googleMs?: number;
    /** Since the CRM was read, in milliseconds. */
    crmMs?: number;
  };
  /** Entries that limits left for the next cycles. */
  remaining: number;
  /** Number of events that cannot be synced as they are. */
  parked: number;
}

/** What a look at linked pairs found. */
export interface Verification {
  /** Pairs that were read on both sides. */
  checked: number;
  /** Pairs of which a side gave no definite answer. */
  unanswered: number;
  /** The pairs that differ. */
  drifts: {
    /** The event in Google. */
    googleId: string;
    /** The meeting in the CRM. */
    crmId: string;
    /** What is wrong: fields differ, or one of the two is gone. */
    kind: "differs" | "missing-google" | "missing-crm";
    /** The fields that differ. */
    fields: FieldName[];
    /** It changed since the last cycle: the next one deals with it. */
    pending: boolean;
  }[];
}

/** What is stored: settings and numbers. */
export interface Status {
  /** Whether a calendar is synced. */
  state: "off" | "active";
  /** Complete: defaults are filled in. */
  settings?: Settings;
  /** Number of pairs of a Google event and a CRM event. */
  links: number;
  /** Events that could not be synced, and why. */
  parked: ParkedEvent[];
  /** What {@link Sync.resolve} is to answer. */
  questions: Question[];
  /** Entries that limits left for the next cycles. */
  remaining: number;
  /** Whether all that the first sync found is written, parked or skipped. */
  firstSyncDone: boolean;
  /** When the last cycle that found something ended, in milliseconds since 1970 UTC. */
  lastRunMs?: number;
  /** Of the last cycle that wrote or parked something. */
  lastReport?: Report;
  /** A service asked for a pause until then, in milliseconds since 1970 UTC. */
  waitUntilMs?: number;
  /** What a service keeps waiting. */
  pauses: Pause[];
  /** How the sync is doing, and what only a person can mend. */
  health: Health;
}

/** How far a command is. `total` is absent while it is not known. */
export interface Progress {
  /** What the command is at. */
  phase: "idle" | "reading" | "comparing" | "recovering" | "writing" | "waiting" | "done";
  /** Entries done, of `total`. */
  done: number;
  /** Entries in all, while it is known. */
  total?: number;
}

/** Who asked for a cycle: a timer, a person, or the CRM because meetings were saved there. */
export type Trigger = "poll" | "manual" | "crm-change";

export type Command =
  | { name: "calendars" }
  | { name: "checkAccess"; settings?: Settings }
  | { name: "status" }
  | { name: "history" }
  | { name: "preview"; batch?: boolean }
  | { name: "verify"; sample?: number; batch?: boolean }
  | { name: "explain"; googleId: string }
  | WritingCommand;

/** Commands of which one runs at a time. */
export type WritingCommand = {
  /** No lock keeps other tabs away: the engine takes its lease for the command. */
  lease?: boolean;
} & (
  | { name: "activate"; settings: Settings }
  | { name: "run"; trigger?: Trigger; crmIds?: string[]; deadlineMs?: number; batch?: boolean }
  | { name: "undo"; run?: number; googleId?: string; batch?: boolean }
  | { name: "putBack"; run: number; googleId: string; field: FieldName; batch?: boolean }
  | { name: "resolve"; question: string; answer: Answer }
  | { name: "deactivate" }
  | { name: "forget" }
);

/** From this instant on, the zone's local time is UTC plus `minutes`. */
export interface OffsetChange {
  fromMs: number;
  minutes: number;
}

/** Whose API a request is for. */
export type Service = "google" | "zoho";

/** A request names a service and a path; the host adds origin and token. */
export interface HttpRequest {
  /** Whose API; it decides origin and token. */
  service: Service;
  /** Of HTTP. */
  method: string;
  /** Starts with `/` and includes the query. */
  path: string;
  /** To be sent with it; no token is among them. */
  headers: Record<string, string>;
  /** As text; absent where there is none. */
  body?: string;
}

/** Why there is no answer: no connection, no valid token, ended by the caller, or too late. */
export type FetchFailureReason = "offline" | "auth-expired" | "aborted" | "timeout";

export type HttpAnswer =
  | { status: number; headers: Record<string, string>; body: Uint8Array }
  | { failure: FetchFailureReason };

/**
 * What a developer needs to see a cycle again: the calls into the engine and the steps that it asked for. Every text, name,
 * address, id and token is replaced, equal ones by equal ones; times, numbers and the services' own codes are kept.
 * `cargo xtask replay FILE` plays it.
 */
export interface ReplayBundle {
  /** Names the form, so that tools know what they read. */
  format: "accord-replay/1";
  /** The version of Accord that ran the cycle. */
  engine: string;
  /** The engine's only source of chance. */
  seed: number;
  /**
   * Whether the engine takes the same steps in the replaced world as it did in the real one. Where it does not, `differs`
   * says from which crossing on, counted from 0, and what differs there.
   */
  faithful: boolean;
  /** Of a bundle that is not faithful. */
  differs?: {
    /** The index of the first crossing that differs. */
    at: number;
    /** What differs there. */
    what: string;
  };
  /** All calls of the cycle, in order. */
  crossings: ReplayCrossing[];
}

/** One call into the engine and the step that it returned, `null` if it threw. */
export type ReplayCrossing = { nowMs: number; step: Step | null } & (
  | { call: "start"; command: Command }
  | { call: "answered"; answers: ReplayAnswer[] }
  | { call: "loaded"; rows: Record<string, string> }
  | { call: "zoned"; offsets: OffsetChange[] }
  | { call: "failed"; code: string }
  | { call: "saved" | "woke" | "cancel" }
);

/** An answer of a service as far as the engine reads it. */
export type ReplayAnswer = { status: number; retryAfter?: string; body: string } | { failure: FetchFailureReason };

/** What the engine asks the driver to do next. */
export type Step = { progress: Progress } & (
  | { type: "http"; requests: HttpRequest[] }
  | { type: "load"; keys: string[]; prefix?: string }
  | { type: "save"; put: Record<string, string>; remove: string[] }
  | { type: "wait"; untilMs: number }
  | { type: "offsets"; zone: string; fromMs: number; toMs: number }
  | { type: "done"; result: unknown }
  | { type: "failed"; error: { code: string; message: string; retryAfterMs?: number } }
);

/** The wasm class, as the driver needs it. */
export interface EngineLike {
  start(command: Command, nowMs: number): Step;
  answered(answers: HttpAnswer[], nowMs: number): Step;
  loaded(rows: Record<string, string>, nowMs: number): Step;
  saved(nowMs: number): Step;
  woke(nowMs: number): Step;
  zoned(offsets: OffsetChange[], nowMs: number): Step;
  failed(failure: { code: ErrorCode }, nowMs: number): Step;
  cancel(nowMs: number): Step;
  free(): void;
}
