/** A sandbox server of its own for each test file, and requests to it that go around the page. */

import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const START_MS = 20_000;

export interface GoogleItem {
  id: string;
  status?: string;
  summary?: string;
  location?: string;
  eventType?: string;
  recurrence?: string[];
  recurringEventId?: string;
  visibility?: string;
  start?: { dateTime?: string; date?: string };
  end?: { dateTime?: string; date?: string };
}

export interface CrmItem {
  id: string;
  Event_Title: string;
  Start_DateTime: string;
  End_DateTime: string;
  All_day: boolean;
}

export class Sandbox {
  readonly url: string;
  readonly #process: ChildProcess;

  private constructor(url: string, process: ChildProcess) {
    this.url = url;
    this.#process = process;
  }

  static async start(events = 5000): Promise<Sandbox> {
    const binary = process.env["ACCORD_SANDBOX"];
    if (binary === undefined) throw new Error("Set ACCORD_SANDBOX to the path of the built sandbox server.");
    const child = spawn(binary, ["--port", "0", "--static", "js/dist", "--events", String(events), "--seed", "1"], { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] });
    const url = await new Promise<string>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error("The sandbox did not start in time.")), START_MS);
      child.once("exit", (code) => reject(new Error(`The sandbox ended with ${code}.`)));
      createInterface({ input: child.stdout }).on("line", (line) => {
        const match = /^listening on (http:\/\/\S+)$/.exec(line);
        if (!match?.[1]) return;
        clearTimeout(late);
        resolve(match[1]);
      });
    });
    return new Sandbox(url, child);
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const ended = new Promise((resolve) => this.#process.once("exit", resolve));
    this.#process.kill();
    await ended;
  }

  /** All events of the calendar as Google would list them to a sync: series as one, no window. */
  async google(calendar = "primary"): Promise<GoogleItem[]> {
    const items: GoogleItem[] = [];
    let pageToken: string | undefined;
    do {
      const query = new URLSearchParams({ maxResults: "2500", ...(pageToken && { pageToken }) });
      const page = (await this.#call(`/calendar/v3/calendars/${encodeURIComponent(calendar)}/events?${query}`, "Bearer sandbox-google")) as { items?: GoogleItem[]; nextPageToken?: string };
      items.push(...(page.items ?? []));
      pageToken = page.nextPageToken;
    } while (pageToken !== undefined);
    return items;
  }

  /** All meetings of the CRM. */
  async crm(): Promise<CrmItem[]> {
    const items: CrmItem[] = [];
    for (let offset = 0; ; offset += 2000) {
      const select_query =
        "select id, Event_Title, Start_DateTime, End_DateTime, All_day from Events " +
        `where ((Start_DateTime < '2100-01-01T00:00:00+00:00') and (End_DateTime >= '2000-01-01T00:00:00+00:00')) order by id asc limit ${offset}, 2000`;
      const page = (await this.#call("/crm/v8/coql", "Zoho-oauthtoken sandbox-zoho", { select_query })) as { data: CrmItem[]; info: { more_records: boolean } } | undefined;
      items.push(...(page?.data ?? []));
      if (page?.info.more_records !== true) return items;
    }
  }

  /** Adds an event as its owner would at Google, in ways that the page does not offer. */
  async addToGoogle(event: object): Promise<void> {
    await this.#call("/calendar/v3/calendars/primary/events", "Bearer sandbox-google", event);
  }

  /** Adds a meeting as its owner would in the CRM, without the page, which would push it at once. */
  async addToCrm(meeting: object): Promise<void> {
    await this.#call("/crm/v8/Events", "Zoho-oauthtoken sandbox-zoho", { data: [{ Meeting_Venue__s: "In-office", ...meeting }] });
  }

  /** Deletes events as their owner would at Google. */
  async deleteFromGoogle(ids: string[]): Promise<void> {
    for (const id of ids) await this.#call(`/calendar/v3/calendars/primary/events/${encodeURIComponent(id)}`, "Bearer sandbox-google", undefined, "DELETE");
  }

  /** As it was at the start. */
  async reset(): Promise<void> {
    await this.#admin("POST", "/sandbox/reset");
  }

  /** Every write to the CRM takes a while, so that there is a middle to step into. */
  async writeSlowly(): Promise<void> {
    await this.#admin("POST", "/sandbox/faults", { service: "zoho", method: "POST", path: "/crm/v8/Events", kind: "delay", ms: 150, times: 0 });
  }

  async writeAtOnce(): Promise<void> {
    await this.#admin("DELETE", "/sandbox/faults");
  }

  async #admin(method: string, path: string, body: object = {}): Promise<void> {
    const answer = await fetch(this.url + path, { method, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  }

  async #call(path: string, authorization: string, body?: object, method = body ? "POST" : "GET"): Promise<unknown> {
    const answer = await fetch(this.url + path, {
      headers: { authorization, "content-type": "application/json" },
      method,
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${path.split("?")[0]} answered ${answer.status}`);
    const text = await answer.text();
    return text === "" ? undefined : JSON.parse(text);
  }
}

/** What a first sync is to bring over: ordinary single events that end within the last three months or later. */
export function admissible(items: GoogleItem[], nowMs: number): GoogleItem[] {
  const since = new Date(nowMs);
  since.setUTCMonth(since.getUTCMonth() - 3);
  return items.filter((item) =>
    item.status !== "cancelled" &&
    (item.eventType ?? "default") === "default" &&
    item.recurrence === undefined &&
    item.recurringEventId === undefined &&
    endOf(item) > since.getTime());
}

function endOf({ end }: GoogleItem): number {
  return Date.parse(end?.dateTime ?? `${end?.date}T00:00:00Z`);
}

/** Titles and times that occur more than once: the trace a doubled event would leave. */
export function repeated(keys: string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return new Map([...counts].filter(([, n]) => n > 1));
}
