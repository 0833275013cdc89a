/** What the extension remembers beside the engine's rows: accounts, schedule, what the person chose. In `storage.local`. */

import type { ErrorCode } from "../../src/errors.ts";
import type { Area } from "./platform.ts";

export interface Account {
  /** The address that the service says the person has; for display only. */
  address: string;
  /** Zoho's data centre. */
  centre?: string;
  /** The service takes the stored sign-in no longer. */
  isExpired: boolean;
}

/** What went wrong last; absent once a cycle ends well. */
export interface Trouble {
  code: ErrorCode;
  message: string;
  /** Which cycle in a row failed, from 1. */
  failures: number;
}

/** Everything, with what holds when nothing is stored yet. */
export interface Memory {
  accounts: { google?: Account; zoho?: Account };
  /** The person stopped the background for a while. */
  paused: boolean;
  /** The settings are saved, and the person has not agreed to the first sync: no cycle runs until they do. */
  awaiting: boolean;
  /** How often Google is polled; absent while the sync is off. When the next cycle is due is kept by the browser's alarm. */
  intervalMinutes: number | undefined;
  trouble: Trouble | undefined;
  /** Meetings that a CRM page saved and that are not pushed yet. */
  touched: string[];
  /** What the person was last told about, so that nobody is told twice. */
  told: string;
  /** `auto` follows the browser. */
  locale: "auto" | "en" | "fr";
}

const EMPTY: Memory = { accounts: {}, paused: false, awaiting: false, intervalMinutes: undefined, trouble: undefined, touched: [], told: "", locale: "auto" };

/** The form of what is stored; see {@link migrate}. */
export const VERSION = 1;

/**
 * Reads and changes one member at a time. Changes of one context follow each other, so that none is lost between the reading and
 * the writing of another; only the background changes anything.
 */
export class Store {
  readonly #area: Area;
  #last: Promise<unknown> = Promise.resolve();

  constructor(area: Area) {
    this.#area = area;
  }

  async read<Key extends keyof Memory>(key: Key): Promise<Memory[Key]> {
    return (await this.#area.get([key]))[key] as Memory[Key] | undefined ?? EMPTY[key];
  }

  async all(): Promise<Memory> {
    return { ...EMPTY, ...(await this.#area.get(Object.keys(EMPTY))) };
  }

  /** Replaces a member by what `next` makes of it; leaves the storage alone when that is the same value. */
  change<Key extends keyof Memory>(key: Key, next: (value: Memory[Key]) => Memory[Key]): Promise<Memory[Key]> {
    const changed = this.#last.then(async () => {
      const before = await this.read(key);
      const after = next(before);
      if (after === undefined) await this.#area.remove([key]);
      else if (after !== before) await this.#area.set({ [key]: after });
      return after;
    });
    this.#last = changed.catch(() => undefined);
    return changed;
  }

  write<Key extends keyof Memory>(key: Key, value: Memory[Key]): Promise<Memory[Key]> {
    return this.change(key, () => value);
  }

  /** Back to what holds when nothing is stored, but for the language. */
  async clear(): Promise<void> {
    const kept: readonly string[] = ["locale"];
    await this.#area.remove(Object.keys(EMPTY).filter((key) => !kept.includes(key)));
  }
}

/**
 * Brings what an older version stored into the present form. What a newer version stored is left alone: its members that are
 * known mean the same. Called at every start, because a browser may update an extension without telling it.
 */
export async function migrate(area: Area): Promise<void> {
  const { version } = await area.get(["version"]);
  if (typeof version === "number" && version >= VERSION) return;
  await area.set({ version: VERSION });
}
