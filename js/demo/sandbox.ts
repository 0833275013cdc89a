/** The sandbox's own controls: what no real service offers. */

export interface IcsResult {
  /** Events that are now in Google. */
  imported: number;
  /** Entries of the file that could not be read. */
  skipped: number;
}

export type Trouble = "expire" | "429" | "500" | "offline" | "signOut";

/** Each spares the page's own reads of a month, which would use it up before the sync comes. */
const FAULTS: Record<Exclude<Trouble, "expire">, object> = {
  "429": { service: "zoho", path: "/crm/v8/Events", kind: "status", status: 429, retryAfter: 2 },
  "500": { service: "zoho", method: "POST", path: "/crm/v8/Events", kind: "status", status: 500, when: "after" },
  offline: { service: "zoho", path: "/crm/v8/Events", kind: "drop" },
  signOut: { service: "zoho", path: "/crm/v8/Events", kind: "status", status: 401 },
};

export async function importIcs(file: Blob, calendarId: string): Promise<IcsResult> {
  const answer = await post(`/sandbox/ics?calendar=${encodeURIComponent(calendarId)}`, file, "text/calendar");
  return (await answer.json()) as IcsResult;
}

/** Arms one fault for the next fitting request. */
export async function makeTrouble(trouble: Trouble): Promise<void> {
  if (trouble === "expire") await post("/sandbox/sync-tokens/expire", "{}", "application/json");
  else await post("/sandbox/faults", JSON.stringify(FAULTS[trouble]), "application/json");
}

/** How many meetings the CRM holds: none means that the sandbox was begun anew. */
export async function meetingsInCrm(): Promise<number> {
  const answer = await fetch("/sandbox/");
  if (!answer.ok) throw new Error(`The sandbox answered ${answer.status}.`);
  return ((await answer.json()) as { crm: { events: number } }).crm.events;
}

export async function resetSandbox(): Promise<void> {
  await post("/sandbox/reset", "{}", "application/json");
}

async function post(path: string, body: BodyInit, type: string): Promise<Response> {
  const answer = await fetch(path, { method: "POST", headers: { "content-type": type }, body });
  if (!answer.ok) throw new Error(`The sandbox answered ${answer.status}.`);
  return answer;
}
