/** What the badge shows and whether the person is told: pure, from what is remembered and stored. */

import { needsPerson } from "../../shared/trouble.ts";
import type { Status } from "../../src/types.ts";
import type { Memory } from "./memory.ts";

/** The state in one glance. `needs-you` comes with why. */
export type Glance =
  | { state: "off" | "in-accord" | "working" | "paused" | "waiting" }
  | { state: "needs-you"; why: Why };

/** `sign-in` stands for a missing or refused sign-in, `question` for what only a person may decide, `confirm` for a
 * first sync that waits for their word, else the error's code. */
export type Why = "sign-in" | "question" | "confirm" | (string & {});

export function glance(memory: Memory, status: Pick<Status, "questions"> | undefined, isRunning: boolean): Glance {
  if (memory.intervalMinutes === undefined) return { state: "off" };
  const { google, zoho } = memory.accounts;
  if (!google || google.isExpired || !zoho || zoho.isExpired) return { state: "needs-you", why: "sign-in" };
  if (memory.awaiting) return { state: "needs-you", why: "confirm" };
  if (memory.trouble && needsPerson(memory.trouble.code)) return { state: "needs-you", why: memory.trouble.code };
  if ((status?.questions.length ?? 0) > 0) return { state: "needs-you", why: "question" };
  if (memory.paused) return { state: "paused" };
  if (isRunning) return { state: "working" };
  return { state: memory.trouble ? "waiting" : "in-accord" };
}

export interface Badge {
  text: string;
  color: string;
}

/** Colours with a contrast of 4.5 and more against the white text of badges. */
export function badge(now: Glance): Badge {
  switch (now.state) {
    case "needs-you": return { text: "!", color: "#b3261e" };
    case "paused": return { text: "II", color: "#5f6368" };
    default: return { text: "", color: "#5f6368" };
  }
}

/**
 * What to tell the person about; empty when there is nothing. Equal texts are one matter, told once: a question that stays open
 * does not ring every five minutes.
 */
export function matter(now: Glance, { accounts }: Pick<Memory, "accounts">, status: Pick<Status, "questions"> | undefined): string {
  if (now.state !== "needs-you") return "";
  // Who has just saved sees the preview.
  if (now.why === "confirm") return "";
  // Who signed out knows it.
  if (now.why === "sign-in" && !accounts.google?.isExpired && !accounts.zoho?.isExpired) return "";
  return now.why === "question" ? `question:${status?.questions.map(({ id }) => id).join(",")}` : now.why;
}
