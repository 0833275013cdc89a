/* tslint:disable */
/* eslint-disable */

/** What the engine is asked to do. */
export type Command =
| { name: "calendars" }
| { name: "checkAccess"; settings?: unknown }
| { name: "activate"; settings: unknown; lease?: boolean }
| { name: "run"; trigger?: "poll" | "manual" | "crm-change"; crmIds?: string[]; deadlineMs?: number; batch?: boolean; lease?: boolean }
| { name: "status" }
| { name: "history" }
| { name: "preview"; batch?: boolean }
| { name: "verify"; sample?: number; batch?: boolean }
| { name: "undo"; run?: number; googleId?: string; batch?: boolean; lease?: boolean }
| { name: "putBack"; run: number; googleId: string; field: FieldName; batch?: boolean; lease?: boolean }
| { name: "explain"; googleId: string }
| { name: "resolve"; question: string; answer: "apply" | "restore" | "pair" | "separate"; lease?: boolean }
| { name: "deactivate"; lease?: boolean }
| { name: "forget"; lease?: boolean };

/** A mapped field. */
export type FieldName = "title" | "time" | "reminder" | "place" | "description" | "guests";

/** Why a field or an event was written. */
export type Rule =
| "new" | "changed-in-google" | "changed-in-crm"
| "conflict-newest" | "conflict-google" | "conflict-crm"
| "source" | "deleted" | "edit-beats-deletion" | "answered" | "undo" | "put-back";

/** What a service answered, or why there is no answer. */
export type Answer =
| { status: number; headers: Record<string, string>; body: Uint8Array }
| { failure: string };

/** A change of a zone's offset from UTC. */
export interface OffsetChange {
    /** The instant from which the offset holds, in milliseconds since 1970. */
    fromMs: number;
    /** Minutes east of UTC. */
    minutes: number;
}

/** What the host does next, and how far the command is. */
export type Step = StepKind & { progress: Progress };


/**
 * A calendar that the user can read and write.
 */
export interface Calendar {
    /**
     * Its id.
     */
    id: string;
    /**
     * Its name, as the user sees it.
     */
    name: string;
    /**
     * Its IANA zone.
     */
    zone: string;
    /**
     * Whether it is the account's own calendar.
     */
    primary: boolean;
    /**
     * `owner` or `writer`.
     */
    role: string;
}

/**
 * A field that was changed on both sides to different values (C4).
 */
export interface Conflict {
    /**
     * The event in Google.
     */
    googleId: string;
    /**
     * The record in the CRM.
     */
    crmId: string;
    /**
     * `title`, `time`, `reminder`, `place` or `description`.
     */
    field: "title" | "time" | "reminder" | "place" | "description";
    /**
     * The value in Google. A time is an interval of RFC 3339, a reminder is minutes before the start.
     */
    google: string;
    /**
     * The value in the CRM.
     */
    crm: string;
    /**
     * Whose value is on both sides now.
     */
    winner: Winner;
}

/**
 * A linked pair that differs.
 */
export interface Drift {
    /**
     * The event in Google.
     */
    googleId: string;
    /**
     * The record in the CRM.
     */
    crmId: string;
    /**
     * `differs`, or where it is missing.
     */
    kind: "differs" | "missing-google" | "missing-crm";
    /**
     * The fields that differ.
     */
    fields: FieldName[];
    /**
     * Whether it changed since the last cycle, so that the next one finds it by itself.
     */
    pending: boolean;
}

/**
 * A remark on one event.
 */
export interface Note {
    /**
     * `guests-cut`, `guests-not-linked`, `contacts-not-created`, `recreated`, `all-day-unclear`, `unreadable`,
     * `not-writable`.
     */
    code: string;
    /**
     * The event in Google; empty where it is about several.
     */
    googleId: string;
    /**
     * What it means, as a sentence.
     */
    message: string;
}

/**
 * A request for the host to perform.
 */
export interface HttpRequest {
    /**
     * The service, which stands for an origin and a token.
     */
    service: Service;
    /**
     * `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
     */
    method: string;
    /**
     * Path and query, beginning with a slash.
     */
    path: string;
    /**
     * Headers by name.
     */
    headers: Record<string, string>;
    /**
     * The body, if any.
     */
    body?: string;
}

/**
 * A service that takes no requests, or no changes, for a while. It ends by itself.
 */
export interface Pause {
    /**
     * Whose service.
     */
    side: Side;
    /**
     * `wait`: no request goes there; `quota`: nothing is written there, and reading goes on.
     */
    code: "wait" | "quota";
    /**
     * What it means, as a sentence.
     */
    message: string;
    /**
     * When it ends, in milliseconds since 1970.
     */
    untilMs: number;
}

/**
 * A side.
 */
export type Side = "google" | "crm";

/**
 * An event that an undo left as it is.
 */
export interface NotRestored {
    /**
     * The event in Google; empty where it is about several.
     */
    googleId: string;
    /**
     * The record in the CRM, where there is one.
     */
    crmId?: string;
    /**
     * Why.
     */
    code: "changed-since" | "gone" | "not-allowed" | "not-kept" | "contacts-kept";
    /**
     * What it means, as a sentence.
     */
    message: string;
}

/**
 * An event that could not be synced as it is.
 */
export interface ParkedItem {
    /**
     * The event in Google; for a meeting that has none, the id that it would get.
     */
    googleId: string;
    /**
     * The record in the CRM, where it matters.
     */
    crmId?: string;
    /**
     * The reason, as a code: `unreadable`, `ambiguous`, or the service's own.
     */
    code: string;
    /**
     * The reason, as a sentence.
     */
    message: string;
    /**
     * Since when, in milliseconds since 1970.
     */
    sinceMs: number;
}

/**
 * C10: what goes to the CRM of a Google event marked private.
 */
export type PrivatePolicy = "busy" | "include" | "skip";

/**
 * C11: what happens to recurring events.
 */
export type RecurringPolicy = "skip" | "instances" | "series";

/**
 * C2: which way changes go.
 */
export type Direction = "two-way" | "crm-to-google" | "google-to-crm";

/**
 * C3: whether guests of Google events become CRM contacts.
 */
export type GuestPolicy = "do-not-add" | "add-as-contacts";

/**
 * C4: who wins when the same field changed on both sides.
 */
export type ConflictPolicy = "newest" | "google" | "crm";

/**
 * C5: whether a first sync pairs what already exists on both sides.
 */
export type FirstMatch = "match" | "import-all";

/**
 * C6: whether a deletion on one side deletes on the other.
 */
export type DeletionPolicy = "propagate" | "keep";

/**
 * C8: how much one cycle may write, and how far back a first sync looks.
 */
export interface Limits {
    /**
     * Entries written by the first sync (1 to 50,000).
     */
    firstSync: number;
    /**
     * Entries written by each later cycle (1 to 5,000).
     */
    laterSync: number;
    /**
     * Calendar months that the first sync looks back (0 to 24).
     */
    lookBackMonths: number;
}

/**
 * Entries written on one side.
 */
export interface Counts {
    /**
     * Created.
     */
    created: number;
    /**
     * Updated.
     */
    updated: number;
    /**
     * Deleted.
     */
    deleted: number;
}

/**
 * Events and meetings that may be the same, in the order in which they would be paired.
 */
export interface Candidates {
    /**
     * The events in Google.
     */
    googleIds: string[];
    /**
     * The records in the CRM.
     */
    crmIds: string[];
}

/**
 * Events that stay out of the CRM, by reason.
 */
export interface Skipped {
    /**
     * Recurring events and their instances.
     */
    recurring: number;
    /**
     * Types other than ordinary events: focus time, out of office, birthdays …
     */
    eventType: number;
    /**
     * Private events, when the settings skip them.
     */
    private: number;
    /**
     * Events that ended before the window, and instances of series more than a year ahead.
     */
    outsideWindow: number;
    /**
     * Meetings that belong to another user of the CRM.
     */
    otherOwner: number;
}

/**
 * How a cycle ended.
 */
export type Finished = "complete" | "limit" | "deadline" | "paused" | "failed";

/**
 * How the sync is doing.
 */
export interface Health {
    /**
     * The gravest that there is to say.
     */
    state: "off" | "in-accord" | "waiting" | "needs-you";
    /**
     * Of `waiting`: when that ends, in milliseconds since 1970; absent when the next cycle goes on.
     */
    untilMs?: number;
    /**
     * What only a person can mend: `question-open`, `parked`, or the code of the error that ended the last cycle.
     */
    reasons: Failed[];
    /**
     * When the last cycle that found something ended well.
     */
    lastSuccessMs?: number;
    /**
     * Entries left for the next cycles.
     */
    remaining: number;
    /**
     * Events that cannot be synced as they are.
     */
    parked: number;
}

/**
 * One field of an operation.
 */
export interface FieldChange {
    /**
     * Its name.
     */
    field: FieldName;
    /**
     * What was there, as plain text; none where there was nothing.
     */
    before?: string;
    /**
     * What is there.
     */
    after?: string;
    /**
     * Why.
     */
    rule: Rule;
    /**
     * Of a conflict: whose value stays.
     */
    winner?: Winner;
    /**
     * Of a conflict: the value that lost.
     */
    lost?: string;
}

/**
 * One of the two services.
 */
export type Service = "google" | "zoho";

/**
 * One right, scope or sign-in that is missing.
 */
export interface Missing {
    /**
     * A stable code.
     */
    code: string;
    /**
     * `calendar`, the one of the settings; `calendars`, any; `google` or `zoho`, the sign-in or a scope; `meetings` or
     * `contacts`, a right on them; `field`, a way to fill one that the CRM demands.
     */
    what: "calendar" | "calendars" | "google" | "zoho" | "meetings" | "contacts" | "field";
    /**
     * The right, or the field.
     */
    name?: string;
    /**
     * What is missing and who can mend it.
     */
    message: string;
}

/**
 * One write that a cycle made.
 */
export interface Operation {
    /**
     * Where it was written.
     */
    side: Side;
    /**
     * What was done there.
     */
    verb: "create" | "update" | "delete";
    /**
     * The event in Google.
     */
    googleId: string;
    /**
     * The record in the CRM.
     */
    crmId?: string;
    /**
     * The title on that side, after the write.
     */
    title: string;
    /**
     * When it starts: RFC 3339, a date for whole days.
     */
    start?: string;
    /**
     * When it ends; of whole days the last one.
     */
    end?: string;
    /**
     * Why.
     */
    rule: Rule;
    /**
     * Of an update: the fields that were written. Of a deletion: what was there.
     */
    fields: FieldChange[];
    /**
     * Guests that the service e-mails; 0 unless the settings say so.
     */
    mailed: number;
    /**
     * Whether what was there before is known, so that it can be undone.
     */
    kept: boolean;
    /**
     * Of a preview: in which of the cycles to come it is written, 1 for the next one.
     */
    cycle?: number;
}

/**
 * Requests made, by service.
 */
export interface Requests {
    /**
     * To Google.
     */
    google: number;
    /**
     * To the CRM.
     */
    zoho: number;
}

/**
 * Something that only the user can decide.
 */
export interface Question {
    /**
     * Its name, for `resolve`.
     */
    id: string;
    /**
     * `mass-deletion`: the events were deleted on one side; `apply` deletes them on the other, `restore` creates them
     * again. `ambiguous`: they have the same title and time, and differ; `pair` takes the first event for the first
     * meeting and so on, `separate` creates a counterpart of each.
     */
    code: "mass-deletion" | "ambiguous";
    /**
     * Of what is ambiguous: which events and meetings.
     */
    candidates?: Candidates;
    /**
     * Where the events would be deleted.
     */
    side: Side;
    /**
     * How many events it is about.
     */
    count: number;
    /**
     * Since when, in milliseconds since 1970.
     */
    askedMs: number;
}

/**
 * The report of one cycle.
 */
export interface Report {
    /**
     * The number of the cycle since the sync was first activated.
     */
    run: number;
    /**
     * What started it.
     */
    trigger: "poll" | "manual" | "crm-change" | "undo" | "put-back";
    /**
     * When it started, in milliseconds since 1970.
     */
    startedMs: number;
    /**
     * How long it took, in milliseconds.
     */
    durationMs: number;
    /**
     * What was written to Google.
     */
    google: Counts;
    /**
     * What was written to the CRM.
     */
    crm: Counts;
    /**
     * Contacts created of guests (C3).
     */
    contacts: number;
    /**
     * Observed events that needed nothing.
     */
    unchanged: number;
    /**
     * Events paired with meetings that already existed.
     */
    linked: number;
    /**
     * Events that stay out of the CRM, by reason.
     */
    skipped: Skipped;
    /**
     * Events that could not be synced as they are.
     */
    parked: ParkedItem[];
    /**
     * Remarks on single events.
     */
    notes: Note[];
    /**
     * Values that were changed on both sides, with the one that lost.
     */
    conflicts: Conflict[];
    /**
     * Questions that wait for the user's answer.
     */
    questions: Question[];
    /**
     * Entries left for the next cycles.
     */
    remaining: number;
    /**
     * What a service keeps waiting.
     */
    pauses: Pause[];
    /**
     * Requests made.
     */
    requests: Requests;
    /**
     * Whether everything was read, not only what changed.
     */
    fullRead: boolean;
    /**
     * How the cycle ended.
     */
    finished: Finished;
    /**
     * Why it did not end by itself, although something was written; only in the history.
     */
    failed?: Failed;
    /**
     * Of an undo: the number of the cycle that was undone.
     */
    undoes?: number;
    /**
     * Of an undo: what was left as it is, and why.
     */
    notRestored: NotRestored[];
}

/**
 * The settings of one sync, complete: what was left out has its default.
 */
export interface Settings {
    /**
     * C1: the id of a calendar that the user can read and write.
     */
    calendar: string;
    /**
     * C2: which way changes go.
     */
    direction: Direction;
    /**
     * C3: whether guests of Google events become CRM contacts.
     */
    guests: GuestPolicy;
    /**
     * C4: who wins when the same field changed on both sides.
     */
    conflict: ConflictPolicy;
    /**
     * C5: whether a first sync pairs what already exists on both sides.
     */
    firstMatch: FirstMatch;
    /**
     * C6: whether a deletion on one side deletes on the other.
     */
    deletions: DeletionPolicy;
    /**
     * C7: whether the services may e-mail guests because of a write by Accord.
     */
    notifyGuests: boolean;
    /**
     * C8
     */
    limits: Limits;
    /**
     * C9: how often Google is polled, in minutes (1 to 60). The host keeps this clock.
     */
    intervalMinutes: number;
    /**
     * C10: what goes to the CRM of a Google event marked private.
     */
    privateEvents: PrivatePolicy;
    /**
     * C11: what happens to recurring events.
     */
    recurring: RecurringPolicy;
}

/**
 * The six things a host does.
 */
export type StepKind = { type: "http"; requests: HttpRequest[] } | { type: "load"; keys: string[]; prefix?: string } | { type: "save"; put: Record<string, string>; remove: string[] } | { type: "wait"; untilMs: number } | { type: "offsets"; zone: string; fromMs: number; toMs: number } | { type: "done"; result: unknown } | { type: "failed"; error: Failure };

/**
 * The state of the sync.
 */
export interface Status {
    /**
     * Whether the sync is switched on.
     */
    state: Switch;
    /**
     * The settings, complete, once there are any.
     */
    settings?: Settings;
    /**
     * How many events are linked.
     */
    links: number;
    /**
     * Events that could not be synced as they are.
     */
    parked: ParkedItem[];
    /**
     * What only the user can decide.
     */
    questions: Question[];
    /**
     * Entries left for the next cycles, as of the last one.
     */
    remaining: number;
    /**
     * Whether the first sync is over.
     */
    firstSyncDone: boolean;
    /**
     * When the last cycle that found something ended, in milliseconds since 1970.
     */
    lastRunMs?: number;
    /**
     * The report of the last cycle that wrote or parked something.
     */
    lastReport?: Report;
    /**
     * No request goes out before this time, because a service asked for it.
     */
    waitUntilMs?: number;
    /**
     * What a service keeps waiting.
     */
    pauses: Pause[];
    /**
     * How the sync is doing.
     */
    health: Health;
}

/**
 * What a cycle is doing.
 */
export type Phase = "idle" | "reading" | "recovering" | "comparing" | "writing" | "waiting" | "done";

/**
 * What a look at linked pairs found.
 */
export interface Verification {
    /**
     * Pairs that were read on both sides.
     */
    checked: number;
    /**
     * Pairs of which a side gave no definite answer.
     */
    unanswered: number;
    /**
     * Pairs that differ.
     */
    drifts: Drift[];
}

/**
 * What is missing before a sync can work.
 */
export interface Access {
    /**
     * Whether nothing is missing.
     */
    ok: boolean;
    /**
     * What is missing.
     */
    missing: Missing[];
}

/**
 * What the next cycles would do if nothing changes between. A cycle reads and plans anew, so that nothing of this is
 * ever applied as it stands.
 */
export interface Preview {
    /**
     * The writes, in the order in which limits let them through; each says in which cycle.
     */
    operations: (Operation & { cycle: number })[];
    /**
     * What would be written to Google.
     */
    google: Counts;
    /**
     * What would be written to the CRM.
     */
    crm: Counts;
    /**
     * Contacts that would be created of guests (C3).
     */
    contacts: number;
    /**
     * Events that would be paired with meetings that exist already.
     */
    linked: number;
    /**
     * Observed events that need nothing.
     */
    unchanged: number;
    /**
     * Events that stay out, by reason.
     */
    skipped: Skipped;
    /**
     * Events that cannot be synced as they are.
     */
    parked: ParkedItem[];
    /**
     * Remarks on single events.
     */
    notes: Note[];
    /**
     * Questions that are open, or that the cycle would ask.
     */
    questions: Question[];
    /**
     * What a service keeps waiting.
     */
    pauses: Pause[];
    /**
     * What writing it costs.
     */
    cost: Cost;
    /**
     * Guests that the services would e-mail.
     */
    mailed: number;
    /**
     * Entries about which nothing can be said yet: deletions that later cycles prove, and what a usage limit keeps out of
     * Google.
     */
    deferred: number;
    /**
     * Records that a cycle which was cut off had created, and that the next one links.
     */
    recovered: number;
    /**
     * Whether everything was read, not only what changed.
     */
    fullRead: boolean;
    /**
     * Requests that the preview itself made.
     */
    requests: Requests;
}

/**
 * What writing a plan costs, where nothing goes wrong and no guest is looked up.
 */
export interface Cost {
    /**
     * Requests to Google.
     */
    google: number;
    /**
     * Requests to the CRM.
     */
    zoho: number;
    /**
     * API credits of the CRM.
     */
    credits: number;
    /**
     * Cycles that it takes under the limits.
     */
    cycles: number;
}

/**
 * Where a cycle is.
 */
export interface Progress {
    /**
     * What it is doing.
     */
    phase: Phase;
    /**
     * Entries done.
     */
    done: number;
    /**
     * Entries to do, once that is known.
     */
    total?: number;
}

/**
 * Whether the sync is switched on.
 */
export type Switch = "off" | "active";

/**
 * Whose value a conflict ended with.
 */
export type Winner = "google" | "crm";

/**
 * Why a command failed.
 */
export interface Failure {
    /**
     * A stable code: [`ErrorKind::code`].
     */
    code: string;
    /**
     * A sentence that says what to do.
     */
    message: string;
    /**
     * How long to wait before trying again, in milliseconds, when a service said so.
     */
    retryAfterMs?: number;
}

/**
 * Why a cycle that wrote something ended early.
 */
export interface Failed {
    /**
     * The code of the error; `interrupted` where the host was stopped.
     */
    code: string;
    /**
     * What it means, as a sentence.
     */
    message: string;
}

/**
 * Why an event looks as it does: one write, and the cycle that made it.
 */
export interface Reason {
    /**
     * The number of the cycle.
     */
    run: number;
    /**
     * When it started, in milliseconds since 1970.
     */
    atMs: number;
    /**
     * What it wrote.
     */
    operation: Operation;
}


/**
 * Runs one command at a time; the host performs each step and calls the method that answers it.
 */
export class Engine {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Answers an `http` step.
     */
    answered(answers: Answer[], nowMs: number): Step;
    /**
     * Ends the command at once.
     */
    cancel(nowMs: number): Step;
    /**
     * Says that the step itself could not be done.
     */
    failed(failure: { code: string }, nowMs: number): Step;
    /**
     * Answers a `load` step.
     */
    loaded(rows: Record<string, string>, nowMs: number): Step;
    /**
     * An engine. The seed is its only source of chance: give it a random 32-bit number.
     */
    constructor(seed: number);
    /**
     * Answers a `save` step.
     */
    saved(nowMs: number): Step;
    /**
     * Begins a command.
     */
    start(command: Command, nowMs: number): Step;
    /**
     * Answers a `wait` step.
     */
    woke(nowMs: number): Step;
    /**
     * Answers an `offsets` step.
     */
    zoned(offsets: OffsetChange[], nowMs: number): Step;
}

export function __wbg_reset_state(): void;

/**
 * The text of a field as the engine compares it: `form` 0 is a title, 1 a place, 2 a description of Google, 3 one of the CRM;
 * `limit` is the most characters that the CRM takes. Tells a replay bundle which stored fingerprints stand for which texts.
 */
export function normalForm(form: number, text: string, limit: number): string;

export type InitInput = RequestInfo | URL | Response | BufferSource | WebAssembly.Module;

export interface InitOutput {
    readonly memory: WebAssembly.Memory;
    readonly __wbg_engine_free: (a: number, b: number) => void;
    readonly engine_answered: (a: number, b: any, c: number) => [number, number, number];
    readonly engine_cancel: (a: number, b: number) => [number, number, number];
    readonly engine_failed: (a: number, b: any, c: number) => [number, number, number];
    readonly engine_loaded: (a: number, b: any, c: number) => [number, number, number];
    readonly engine_new: (a: number) => number;
    readonly engine_saved: (a: number, b: number) => [number, number, number];
    readonly engine_start: (a: number, b: any, c: number) => [number, number, number];
    readonly engine_woke: (a: number, b: number) => [number, number, number];
    readonly engine_zoned: (a: number, b: any, c: number) => [number, number, number];
    readonly normalForm: (a: number, b: any, c: number) => any;
    readonly __wbindgen_malloc: (a: number, b: number) => number;
    readonly __wbindgen_realloc: (a: number, b: number, c: number, d: number) => number;
    readonly __wbindgen_free: (a: number, b: number, c: number) => void;
    readonly __wbindgen_exn_store: (a: number) => void;
    readonly __externref_table_alloc: () => number;
    readonly __wbindgen_externrefs: WebAssembly.Table;
    readonly __externref_table_dealloc: (a: number) => void;
    readonly __wbindgen_start: () => void;
}

export type SyncInitInput = BufferSource | WebAssembly.Module;

/**
 * Instantiates the given `module`, which can either be bytes or
 * a precompiled `WebAssembly.Module`.
 *
 * @param {{ module: SyncInitInput }} module - Passing `SyncInitInput` directly is deprecated.
 *
 * @returns {InitOutput}
 */
export function initSync(module: { module: SyncInitInput } | SyncInitInput): InitOutput;

/**
 * If `module_or_path` is {RequestInfo} or {URL}, makes a request and
 * for everything else, calls `WebAssembly.instantiate` directly.
 *
 * @param {{ module_or_path: InitInput | Promise<InitInput> }} module_or_path - Passing `InitInput` directly is deprecated.
 *
 * @returns {Promise<InitOutput>}
 */
export default function __wbg_init (module_or_path?: { module_or_path: InitInput | Promise<InitInput> } | InitInput | Promise<InitInput>): Promise<InitOutput>;
