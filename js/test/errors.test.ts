import assert from "node:assert/strict";
import { test } from "node:test";
import { AccordError, ERROR_CODES, asErrorCode, isAccordError } from "../src/errors.ts";

test("an AccordError carries code, message, pause and cause", () => {
  const cause = new Error("below");
  const error = new AccordError("rate-limited", "Slow down.", { retryAfterMs: 2000, cause });
  assert.ok(error instanceof Error);
  assert.deepEqual([error.name, error.code, error.message, error.retryAfterMs, error.cause], ["AccordError", "rate-limited", "Slow down.", 2000, cause]);
  assert.equal("retryAfterMs" in new AccordError("offline", "Offline."), false);
});

test("isAccordError tells codes apart and foreign errors away", () => {
  const error = new AccordError("locked", "Locked.");
  assert.equal(isAccordError(error), true);
  assert.equal(isAccordError(error, "locked"), true);
  assert.equal(isAccordError(error, "offline"), false);
  assert.equal(isAccordError(Object.assign(new Error("x"), { code: "locked" })), false);
});

test("codes of the module are kept when known", () => {
  for (const code of ERROR_CODES) assert.equal(asErrorCode(code, "internal"), code);
  assert.equal(asErrorCode("brand-new", "internal"), "internal");
  assert.equal(asErrorCode(undefined, "offline"), "offline");
});
