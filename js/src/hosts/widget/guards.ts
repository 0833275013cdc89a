/**
 * Guards of writes (`If-Match`, `If-Unmodified-Since`) where nobody says whether a connection passes headers on. It is
 * tried once per service with reads that change nothing. Where headers are dropped, the target is read right before the
 * write and compared here: an edit is then missed only if it falls between the two requests.
 */

import type { Host, HostRequest, HostResponse } from "../../host.ts";
import type { Service } from "../../types.ts";
import { parsed } from "./answer.ts";
import { isObject, member } from "./sdk.ts";

type Fetch = Host["fetch"];

/** Long after every change: a service that gets this header has nothing newer to say. */
const FAR_AHEAD = "2099-01-01T00:00:00+00:00";

export function guarded(send: Fetch): Fetch {
  const passing = new Map<Service, boolean>();

  async function passes(service: Service, signal?: AbortSignal): Promise<boolean> {
    const known = passing.get(service);
    if (known !== undefined) return known;
    const tried = service === "google" ? await googlePasses(send, signal) : await zohoPasses(send, signal);
    if (tried !== undefined) passing.set(service, tried);
    return tried ?? false;
  }

  return async (request, signal) => {
    const match = header(request, "if-match");
    const since = header(request, "if-unmodified-since");
    if (match === undefined && since === undefined) return send(request, signal);
    if (await passes(request.service, signal)) return send(request, signal);
    if (match !== undefined) return ifMatching(send, request, match, signal);
    return ifUnmodified(send, request, Date.parse(since ?? ""), signal);
  };
}

function header({ headers }: HostRequest, wanted: string): string | undefined {
  return Object.entries(headers).find(([name]) => name.toLowerCase() === wanted)?.[1];
}

/** Undefined when no answer tells. Google Calendar API, guides/version-resources: 304 when the client has it already. */
async function googlePasses(send: Fetch, signal?: AbortSignal): Promise<boolean | undefined> {
  const read: HostRequest = { service: "google", method: "GET", path: "/calendar/v3/users/me/calendarList/primary?fields=etag", headers: {} };
  const etag = member(content(await send(read, signal)), "etag");
  if (typeof etag !== "string") return undefined;
  return unchanged(await send({ ...read, headers: { "If-None-Match": etag } }, signal));
}

/** Zoho CRM API v8, "Get users": `If-Modified-Since`, 304 when nobody changed. */
async function zohoPasses(send: Fetch, signal?: AbortSignal): Promise<boolean | undefined> {
  const path = "/crm/v8/users?type=CurrentUser";
  return unchanged(await send({ service: "zoho", method: "GET", path, headers: { "If-Modified-Since": FAR_AHEAD } }, signal));
}

function unchanged({ status }: HostResponse): boolean | undefined {
  if (status === 204 || status === 304) return true;
  return status === 200 ? false : undefined;
}

async function ifMatching(send: Fetch, request: HostRequest, etag: string, signal?: AbortSignal): Promise<HostResponse> {
  const path = `${request.path.split("?")[0] ?? ""}?fields=etag`;
  const seen = await send({ service: "google", method: "GET", path, headers: {} }, signal);
  if (seen.status >= 400) return seen;
  if (member(content(seen), "etag") === etag) return send(request, signal);
  const error = { code: 412, message: "Precondition Failed", errors: [{ domain: "global", reason: "conditionNotMet" }] };
  return { status: 412, headers: {}, body: JSON.stringify({ error }) };
}

/** Records that changed later are refused one by one, in the words of the CRM; the others are written. */
async function ifUnmodified(send: Fetch, request: HostRequest, sinceMs: number, signal?: AbortSignal): Promise<HostResponse> {
  const records = list(parsed(request.body), "data");
  const ids = records.map((record) => member(record, "id"));
  const path = `${request.path.split("?")[0] ?? ""}?ids=${ids.join(",")}&fields=Modified_Time&per_page=200`;
  const seen = await send({ service: "zoho", method: "GET", path, headers: {} }, signal);
  if (seen.status >= 400) return seen;
  const later = list(content(seen), "data").filter((record) => Date.parse(String(member(record, "Modified_Time"))) > sinceMs);
  const stale = new Set(later.map((record) => member(record, "id")));
  if (stale.size === 0) return send(request, signal);

  const rest = records.filter((record) => !stale.has(member(record, "id")));
  const written = rest.length === 0 ? undefined : await send({ ...request, body: JSON.stringify({ data: rest, trigger: [] }) }, signal);
  if (written !== undefined && written.status >= 400) return written;
  const results = list(written === undefined ? {} : content(written), "data");
  const data = ids.map((id) => (stale.has(id) ? refusal(id) : results.shift()));
  return { status: 207, headers: {}, body: JSON.stringify({ data }) };
}

function refusal(id: unknown): unknown {
  const message = "record updated time has already passed if-unmodified-since time";
  return { code: "ALREADY_MODIFIED", details: { id }, message, status: "error" };
}

function content({ body }: HostResponse): unknown {
  return typeof body === "string" ? parsed(body) : undefined;
}

function list(value: unknown, name: string): unknown[] {
  const found = isObject(value) ? value[name] : undefined;
  return Array.isArray(found) ? [...found] : [];
}
