/** The sandbox's own controls: what no real service offers. */

export interface IcsResult {
  /** Events that are now in Google. */
  created: number;
  /** Entries of the file that could not be read. */
  skipped: number;
}

export type Trouble = "expire" | "429" | "500" | "offline" | "signOut";

const TROUBLES: Record<Trouble, { path: string; body: object }> = {
  expire: { path: "/sandbox/expire-sync-tokens", body: {} },
  "429": { path: "/sandbox/faults", body: { service: "zoho", kind: "429", retryAfterSeconds: 2 } },
  "500": { path: "/sandbox/faults", body: { service: "zoho", kind: "500-after-effect" } },
  offline: { path: "/sandbox/faults", body: { service: "zoho", kind: "offline" } },
  signOut: { path: "/sandbox/faults", body: { service: "google", kind: "401" } },
};

export async function importIcs(file: Blob, calendarId: string): Promise<IcsResult> {
  const answer = await post(`/sandbox/ics?calendar=${encodeURIComponent(calendarId)}`, file, "text/calendar");
  return (await answer.json()) as IcsResult;
}

/** Arms one fault for the next fitting request. */
export async function makeTrouble(trouble: Trouble): Promise<void> {
  const { path, body } = TROUBLES[trouble];
  await post(path, JSON.stringify(body), "application/json");
}

export async function resetSandbox(): Promise<void> {
  await post("/sandbox/reset", "{}", "application/json");
}

async function post(path: string, body: BodyInit, type: string): Promise<Response> {
  const answer = await fetch(path, { method: "POST", headers: { "content-type": type }, body });
  if (!answer.ok) throw new Error(`The sandbox answered ${answer.status}.`);
  return answer;
}
