/**
 * Recognises the CRM page's own saves of meetings among the requests that it makes.
 *
 * Which addresses Zoho's pages call is not documented, so that what is seen here is a hint and never data: ids make the engine
 * ask the CRM for these records, and a save without an id (a meeting that has none yet) makes it look for changes soon.
 */

import type { SeenRequest } from "./platform.ts";

export interface Touched {
  /** Records that were saved or deleted, as far as the request names them. */
  ids: string[];
}

/** The engine takes this many at once. */
export const MOST_IDS = 100;

const WRITES = new Set(["POST", "PUT", "PATCH", "DELETE"]);
/** The module's API name, its name on pages, or the module that holds it with tasks and calls. */
const MEETINGS = /\/(?:Events|Meetings|Activities)(?:[/?.]|$)/i;
/** Requests that only read, though they are sent as POST. */
const READS = /\/(?:search|coql|bulk\/read|actions\/count)(?:[/?]|$)/i;
const RECORD_ID = /^\d{15,21}$/;
const ID_IN_PATH = /\/(\d{15,21})(?=[/?]|$)/g;

/** What a request of a CRM page touches; `undefined` when it saves no meeting. */
export function touchedBy({ url, method, requestBody }: SeenRequest): Touched | undefined {
  const { pathname, searchParams } = new URL(url);
  if (!WRITES.has(method) || !MEETINGS.test(pathname) || READS.test(pathname)) return undefined;
  const ids = new Set<string>();
  for (const [, id] of pathname.matchAll(ID_IN_PATH)) if (id !== undefined) ids.add(id);
  for (const id of (searchParams.get("ids") ?? "").split(",")) if (RECORD_ID.test(id)) ids.add(id);
  for (const id of idsIn(requestBody)) ids.add(id);
  return { ids: [...ids].slice(0, MOST_IDS) };
}

function idsIn(body: SeenRequest["requestBody"]): string[] {
  const bytes = body?.raw?.[0]?.bytes;
  if (bytes === undefined) return [];
  let sent: unknown;
  try {
    sent = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return [];
  }
  const data = typeof sent === "object" && sent !== null && "data" in sent ? sent.data : undefined;
  const records: unknown[] = Array.isArray(data) ? data : [];
  return records.flatMap((record) => {
    const id: unknown = typeof record === "object" && record !== null && "id" in record ? record.id : undefined;
    return typeof id === "string" && RECORD_ID.test(id) ? [id] : [];
  });
}
