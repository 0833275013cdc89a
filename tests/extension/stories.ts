/** What the stories of both browsers have in common: the steps of a person, and what must hold in the end. */

import { expect } from "@playwright/test";
import { admissible, Sandbox } from "../e2e/sandbox.ts";

/** A browser with the extension in it. */
export interface Installed {
  do<T = unknown>(command: string, ...args: unknown[]): Promise<T>;
  stored(area: "local" | "session", ...keys: string[]): Promise<Record<string, unknown>>;
}

/** Some page of the CRM's origin: of the sandbox's, a refusal as HTML. Firefox shows JSON in a viewer that may not send anything. */
export const A_PAGE = "/oauth/v2/auth";

export interface Snapshot {
  state: "off" | "active";
  firstSyncDone: boolean;
  remaining: number;
  links: number;
  questions: { id: string; count: number; side: string }[];
  lastReport?: { run: number };
}

export async function snapshot(extension: Installed): Promise<Snapshot | undefined> {
  return (await extension.stored("local", "snapshot"))["snapshot"] as Snapshot | undefined;
}

export async function signInToBoth(extension: Installed): Promise<void> {
  await extension.do("signIn", "google");
  await extension.do("signIn", "zoho", "us");
}

/** Signs in, activates for the primary calendar, and agrees to the first sync. */
export async function setUp(extension: Installed, settings: object = {}): Promise<void> {
  await signInToBoth(extension);
  const calendars = await extension.do<{ id: string; primary: boolean }[]>("calendars");
  const calendar = calendars.find(({ primary }) => primary);
  await extension.do("activate", { calendar: calendar?.id, direction: "google-to-crm", ...settings });
  await extension.do("begin");
}

export async function firstSyncDone(extension: Installed, timeout = 60_000): Promise<void> {
  await expect.poll(async () => (await snapshot(extension))?.firstSyncDone, { timeout, intervals: [100, 250] }).toBe(true);
  await expect.poll(async () => "progress" in (await extension.stored("session", "progress"))).toBe(false);
}

/** Every event that a first sync is to bring over is in the CRM exactly once, with its title and start (K1, K2). */
export async function expectAccord(sandbox: Sandbox): Promise<void> {
  const keysOfGoogle = admissible(await sandbox.google(), Date.now()).map(({ summary, start, visibility }) => {
    // Private events are busy time by default (C10).
    const isPrivate = visibility === "private" || visibility === "confidential";
    return key(isPrivate ? "Busy" : (summary ?? "Not Provided"), start?.dateTime ?? start?.date);
  });
  const keysOfCrm = (await sandbox.crm()).map(({ Event_Title, Start_DateTime, All_day }) => key(Event_Title, All_day ? Start_DateTime.slice(0, 10) : Start_DateTime));
  expect(keysOfCrm.length).toBe(keysOfGoogle.length);
  expect(keysOfCrm.sort()).toEqual(keysOfGoogle.sort());
}

function key(title: string, start: string | undefined): string {
  const at = start === undefined || start.length === 10 ? start : new Date(start).toISOString();
  // The CRM's titles are shorter than Google's (F1).
  return `${at} ${title.trim().slice(0, 200)}`;
}
