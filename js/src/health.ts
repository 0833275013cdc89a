/**
 * What the stored state cannot say of the sync's health: that a command is under way, here or in another tab, that the
 * storage itself fails, and when a cycle that found nothing ended, for such a cycle stores nothing.
 */

import { isAccordError } from "./errors.ts";
import type { Host } from "./host.ts";
import { lockName } from "./lock.ts";
import type { Health, Report, Status, WritingCommand } from "./types.ts";

/** A status as the engine gives it. */
type Stored = Omit<Status, "health"> & { health: Omit<Health, "lag"> };

export interface Watch {
  /** Runs a command that writes, and remembers how it ended. */
  during<T>(command: WritingCommand, work: () => Promise<T>): Promise<T>;
  /** Adds to a stored status what this page knows. */
  complete(status: Stored): Promise<Status>;
}

/** Watches the commands of one facade. */
export function watched(host: Host): Watch {
  const now = () => (host.now ? host.now() : Date.now());
  let underWay = 0;
  let trouble: { code: string; message: string } | undefined;
  /** When the last cycle that read everything there was to read began. */
  let readMs: number | undefined;
  let endedMs: number | undefined;

  return {
    async during(command, work) {
      underWay += 1;
      const began = now();
      try {
        const result = await work();
        trouble = undefined;
        if (command.name === "run") {
          endedMs = now();
          // A push reads single records only.
          if (command.crmIds === undefined && isReport(result)) readMs = began;
        }
        if (command.name === "forget" || command.name === "activate") readMs = endedMs = undefined;
        return result;
      } catch (error) {
        if (isAccordError(error, "storage-full") || isAccordError(error, "storage-failed")) {
          trouble = { code: error.code, message: error.message };
        }
        throw error;
      } finally {
        underWay -= 1;
      }
    },

    async complete(status) {
      // Another writer's cycle counts too, as far as it found something.
      const lastSuccessMs = latest(endedMs, status.health.lastSuccessMs);
      const readAt = latest(readMs, status.health.lastSuccessMs);
      const age = readAt === undefined ? undefined : Math.max(0, now() - readAt);
      const direction = status.settings?.direction ?? "two-way";
      const lag: Health["lag"] = {
        ...(age !== undefined && direction !== "crm-to-google" && { googleMs: age }),
        ...(age !== undefined && direction !== "google-to-crm" && { crmMs: age }),
      };
      const health: Health = { ...status.health, lag, ...(lastSuccessMs !== undefined && { lastSuccessMs }) };
      if (trouble && health.state !== "off") {
        health.state = "needs-you";
        health.reasons = [trouble, ...health.reasons];
      }
      if (underWay > 0 || (await heldElsewhere(host))) health.state = "working";
      return { ...status, health };
    },
  };
}

function isReport(result: unknown): result is Report {
  return typeof result === "object" && result !== null && "finished" in result;
}

function latest(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.max(one, other);
}

/** Whether another tab syncs the same storage, where the browser can tell. */
async function heldElsewhere({ storage, lock }: Host): Promise<boolean> {
  if (lock !== undefined || storage.name === undefined || typeof navigator === "undefined") return false;
  try {
    const { held = [] } = await (navigator.locks as LockManager | undefined)?.query() ?? {};
    return held.some(({ name }) => name === lockName(storage));
  } catch {
    // A frame whose storage is blocked may not ask.
    return false;
  }
}
