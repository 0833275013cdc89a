/** When the next cycle is due. Pure: the background asks, and sets the alarm. */

import { needsPerson } from "../../shared/trouble.ts";
import type { ErrorCode } from "../../src/errors.ts";
import type { Report } from "../../src/types.ts";

const MINUTE = 60_000;
/** Browsers do not wake an extension earlier than this (Chrome, `alarms`). */
const SOONEST_MS = MINUTE / 2;
const LATEST_MS = 60 * MINUTE;

export interface Failure {
  code: ErrorCode;
  retryAfterMs?: number | undefined;
  /** Which in a row, from 1. */
  failures: number;
}

/** After a cycle that ended well. What a limit or a slice left over is taken up at once, as far as the browser allows. */
export function dueAfter(report: Pick<Report, "finished" | "remaining">, intervalMinutes: number, nowMs: number): number {
  const isUnfinished = report.finished === "deadline" || (report.finished === "limit" && report.remaining > 0);
  return nowMs + (isUnfinished ? SOONEST_MS : intervalMinutes * MINUTE);
}

/**
 * After a cycle that failed: when the service says, else later each time, at most an hour. `undefined` when nothing helps but the
 * person: what they do starts the next cycle.
 */
export function dueAfterFailure({ code, retryAfterMs, failures }: Failure, nowMs: number): number | undefined {
  if (code === "not-active" || code === "auth-expired") return undefined;
  if (needsPerson(code)) return nowMs + LATEST_MS;
  // The connection comes back without a word; looking whether it did costs nothing.
  if (code === "offline") return nowMs + MINUTE;
  if (code === "locked" || code === "cancelled") return nowMs + SOONEST_MS;
  const later = Math.min(MINUTE * 2 ** Math.min(failures - 1, 6), LATEST_MS);
  return nowMs + Math.max(later, retryAfterMs ?? 0, SOONEST_MS);
}
