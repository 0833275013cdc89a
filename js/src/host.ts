/** What an embedder supplies: a way to reach the two services, and a place for the sync state. */

import type { FetchFailureReason, HttpRequest } from "./types.ts";

/** One request of the engine: a service and a path, to which the host adds origin and token. */
export type HostRequest = HttpRequest;

/**
 * Where the wasm module comes from: an address, its bytes, or the compiled module, which a page can hand to its workers.
 */
export type ModuleSource = URL | string | Request | ArrayBuffer | Uint8Array | WebAssembly.Module;

/** What a service answered, whatever its status. */
export interface HostResponse {
  /** Of HTTP; any, also of an error. */
  status: number;
  /** Names in lower case. `retry-after` and `date` are used when they are there. */
  headers: Record<string, string>;
  /** Bytes if at hand: they are parsed inside the module. */
  body: Uint8Array | string;
}

/**
 * Rows of text under text keys. Rows are small (a few hundred bytes) and many: one or two per
 * linked event.
 */
export interface Storage {
  /**
   * Identifies the stored state within this origin; two tabs with the same name exclude each other. Without a name the
   * state is taken to be this page's own.
   */
  readonly name?: string;
  /**
   * `false` where Web Locks do not reach all who share the state, as other processes: the engine then keeps a lease in
   * the storage. Default: `true`.
   */
  readonly webLocks?: boolean;
  /** The rows of these keys; absent ones are left out. */
  load(keys: string[]): Promise<Record<string, string>>;
  /** All rows whose key starts with `prefix`. */
  list(prefix: string): Promise<Record<string, string>>;
  /** Writes and removes all of it or nothing, durably, before the promise resolves. */
  save(patch: StoragePatch): Promise<void>;
}

/** A {@link Storage} that says which state it keeps. */
export interface NamedStorage extends Storage {
  readonly name: string;
}

/** Rows to write, and keys of rows to remove; a key in both is written. */
export interface StoragePatch {
  /** Rows to write, by key. */
  put: Record<string, string>;
  /** Keys of rows to remove; absent ones are no error. */
  remove: string[];
}

/** The host's side of a sync. */
export interface Host {
  /**
   * Performs one request against the service it names. Resolves with any HTTP status; rejects
   * only when there is no answer, best with a {@link FetchFailure}.
   */
  fetch(request: HostRequest, signal?: AbortSignal): Promise<HostResponse>;
  /** Where the state of the sync is kept; one for each pair of accounts. */
  storage: Storage;
  /** Milliseconds since 1970 UTC. Default: `Date.now`. */
  now?(): number;
  /** Default: a timer. */
  sleep?(ms: number, signal?: AbortSignal): Promise<void>;
  /**
   * Runs `body` while no one else holds `name`, or rejects at once with an `AccordError` of code
   * `locked`. Default: Web Locks; where there are none, or the page may not use them, a lease that the engine keeps in
   * the storage. That makes a command some seconds longer, and one that was killed locks others out for up to 90 seconds.
   */
  lock?<T>(name: string, body: () => Promise<T>): Promise<T>;
}

/** Thrown by a host's `fetch` when there is no HTTP answer. */
export class FetchFailure extends Error {
  /** Tells it from other errors in logs. */
  override readonly name = "FetchFailure";
  /** Why there is no answer. */
  readonly failure: FetchFailureReason;

  constructor(failure: FetchFailureReason, cause?: unknown) {
    super(`The request had no answer: ${failure}.`, cause === undefined ? undefined : { cause });
    this.failure = failure;
  }
}
