/** Google's client, pointed at a sandbox by its own options. */

import assert from "node:assert/strict";
import { auth, calendar, type calendar_v3 } from "@googleapis/calendar";

/** The token that the sandbox takes. */
export const TOKEN = "sandbox-google";
/** The account that the token belongs to; also the id of its primary calendar. */
export const ANA = "ana@example.com";
/** A second calendar that Ana may write. */
export const TEAM = "c_7f3k2m9team@group.calendar.google.com";
/** A calendar that Ana may only read. */
export const HOLIDAYS = "en.french#holiday@group.v.calendar.google.com";

export type Event = calendar_v3.Schema$Event;

export function client(url: string, token: string = TOKEN): calendar_v3.Calendar {
  const user = new auth.OAuth2();
  user.setCredentials({ access_token: token });
  return calendar({ version: "v3", auth: user, rootUrl: `${url}/` });
}

/** A meeting on one day, from one full hour to the next, in Paris. */
export function meeting(summary: string, date = "2026-11-23", hour = 10): Event {
  const at = (hour: number) => ({ dateTime: `${date}T${String(hour).padStart(2, "0")}:00:00+01:00`, timeZone: "Europe/Paris" });
  return { summary, start: at(hour), end: at(hour + 1) };
}

/** What is called a refusal: the error of the client with the first reason of the body. */
export interface Refusal {
  status: number;
  reason: string;
  message: string;
  location?: string;
}

/** How the client reports a call that the service refuses. A call that succeeds fails the test. */
export async function refused(call: Promise<unknown>): Promise<Refusal> {
  const error = await call.then(
    () => assert.fail("the call should have been refused"),
    (error: unknown) => error as ClientError,
  );
  if (error.response === undefined) throw error;
  const { code, message, errors } = error.response.data.error;
  // The client takes its own message and code from the body: a body of another shape would leave them empty.
  assert.deepEqual([error.name, error.status, error.code, error.message], ["Error", code, code, message]);
  assert.equal(error.response.status, code);
  assert.equal(errors.length, 1);
  const [{ reason, location, message: first }] = errors;
  assert.equal(first.length > 0, true);
  return { status: error.status, reason, message: error.message, ...(location !== undefined && { location }) };
}

interface ClientError extends Error {
  code: number;
  status: number;
  response?: {
    status: number;
    data: { error: { code: number; message: string; errors: [{ reason: string; message: string; location?: string }] } };
  };
}

/** All items of a list that comes in pages, with the sizes of the pages. */
export async function paged<T>(
  page: (pageToken: string | undefined) => Promise<{ data: { items?: T[]; nextPageToken?: string | null; nextSyncToken?: string | null } }>,
): Promise<{ items: T[]; sizes: number[]; syncToken: string }> {
  const items: T[] = [];
  const sizes: number[] = [];
  let pageToken: string | undefined;
  for (let n = 0; n < 100; n += 1) {
    const { data } = await page(pageToken);
    items.push(...(data.items ?? []));
    sizes.push(data.items?.length ?? 0);
    assert.notEqual(data.nextPageToken === undefined, data.nextSyncToken === undefined, "a page ends with one kind of token");
    if (data.nextSyncToken) return { items, sizes, syncToken: data.nextSyncToken };
    assert.ok(data.nextPageToken);
    pageToken = data.nextPageToken;
  }
  return assert.fail("the list has no end");
}
