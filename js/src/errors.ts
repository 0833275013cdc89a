/** The stable codes of {@link AccordError}. Match on these, never on messages. */
export const ERROR_CODES = [
  /** A service refused the token; sign in again. */
  "auth-expired",
  /** A right or scope is missing. */
  "forbidden",
  /** A service asks to slow down; see `retryAfterMs`. */
  "rate-limited",
  /** A service could not be reached. */
  "offline",
  /** The browser has no room left for the sync state. */
  "storage-full",
  /** The sync state could not be read or written. */
  "storage-failed",
  /** The message names the field. */
  "invalid-settings",
  "calendar-not-writable",
  /** Call `activate` first. */
  "not-active",
  /** Another tab, worker or widget is syncing. */
  "locked",
  /** So many deletions at once that a person should confirm them. */
  "needs-confirmation",
  /** The caller's `AbortSignal` was aborted. */
  "cancelled",
  /** A service answered something that is not what its API promises. */
  "bad-response",
  /** A service failed repeatedly (5xx). */
  "server-error",
  /** This browser or this version cannot do it. */
  "unsupported",
  /** The API was used in a way it does not allow. */
  "misuse",
  /** A defect of Accord. */
  "internal",
] as const;

/** One of {@link ERROR_CODES}. */
export type ErrorCode = (typeof ERROR_CODES)[number];

/**
 * The one error type of this package. The message is a sentence for people and holds no
 * event text, address or token.
 *
 * @example
 * try {
 *   await sync.run();
 * } catch (error) {
 *   if (isAccordError(error, "rate-limited")) retryIn(error.retryAfterMs ?? 60_000);
 *   else throw error;
 * }
 */
export class AccordError extends Error {
  /** Tells it from other errors in logs. */
  override readonly name = "AccordError";
  /** What went wrong, to be matched on. */
  readonly code: ErrorCode;
  /** How long to wait before the next try, in milliseconds, when a service said so. */
  declare readonly retryAfterMs?: number;

  constructor(code: ErrorCode, message: string, options: { retryAfterMs?: number | undefined; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    if (options.retryAfterMs !== undefined) this.retryAfterMs = options.retryAfterMs;
  }
}

/**
 * Whether `error` is an {@link AccordError}, optionally of one given code.
 *
 * @example
 * if (isAccordError(error, "auth-expired")) showSignIn();
 */
export function isAccordError(error: unknown, code?: ErrorCode): error is AccordError {
  return error instanceof AccordError && (code === undefined || error.code === code);
}

/** The code if it is a known one, else `fallback`: codes arrive as plain text from the module. */
export function asErrorCode(code: unknown, fallback: ErrorCode): ErrorCode {
  return ERROR_CODES.find((known) => known === code) ?? fallback;
}
