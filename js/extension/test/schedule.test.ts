import assert from "node:assert/strict";
import { test } from "node:test";
import { ERROR_CODES, type ErrorCode } from "../../src/errors.ts";
import { dueAfter, dueAfterFailure } from "../src/schedule.ts";

const NOW = Date.UTC(2026, 10, 23, 12);
const MINUTE = 60_000;

test("a cycle that is done is followed by one after the interval, an unfinished one as soon as browsers allow", () => {
  assert.equal(dueAfter({ finished: "complete", remaining: 0 }, 5, NOW), NOW + 5 * MINUTE);
  assert.equal(dueAfter({ finished: "deadline", remaining: 0 }, 5, NOW), NOW + MINUTE / 2);
  assert.equal(dueAfter({ finished: "limit", remaining: 40 }, 5, NOW), NOW + MINUTE / 2);
  assert.equal(dueAfter({ finished: "paused", remaining: 40 }, 5, NOW), NOW + 5 * MINUTE);
});

const FAILURES: [code: ErrorCode, failures: number, retryAfterMs: number | undefined, minutes: number | undefined][] = [
  ["server-error", 1, undefined, 1],
  ["server-error", 2, undefined, 2],
  ["server-error", 4, undefined, 8],
  ["server-error", 50, undefined, 60],
  ["rate-limited", 1, 10 * MINUTE, 10],
  ["rate-limited", 6, 1_000, 32],
  ["offline", 9, undefined, 1],
  ["auth-expired", 1, undefined, undefined],
  ["not-active", 1, undefined, undefined],
  ["forbidden", 1, undefined, 60],
  ["storage-full", 3, undefined, 60],
  ["locked", 3, undefined, 0.5],
];

for (const [code, failures, retryAfterMs, minutes] of FAILURES) {
  test(`after ${code}, ${failures} in a row, the next try is ${minutes === undefined ? "the person's" : `in ${minutes} min`} (I27)`, () => {
    assert.equal(dueAfterFailure({ code, failures, retryAfterMs }, NOW), minutes === undefined ? undefined : NOW + minutes * MINUTE);
  });
}

test("no failure is followed by a rush: whatever the code, half a minute passes", () => {
  for (const code of ERROR_CODES) {
    const due = dueAfterFailure({ code, failures: 1, retryAfterMs: 0 }, NOW);
    assert.ok(due === undefined || due >= NOW + MINUTE / 2, code);
  }
});
