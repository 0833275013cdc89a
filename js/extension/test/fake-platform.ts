/** A browser of the parts that the background uses. What is stored outlives the background, as in a real one. */

import type { Area, Notification, Platform, Surroundings } from "../src/platform.ts";

export class FakePlatform implements Platform {
  readonly local: Record<string, unknown> = {};
  readonly session: Record<string, unknown> = {};
  readonly alarm = new Map<string, number>();
  readonly shown = new Map<string, Notification>();
  /** How many notifications were shown, ever. */
  told = 0;
  badge = "";
  isOnline = true;
  nowMs = Date.UTC(2026, 10, 23, 12);
  granted: string[] | "all" = "all";
  /** What a person does in the service's window: the address to which it sends the browser back. */
  window: (url: URL) => Promise<string | undefined> = async () => undefined;

  get around(): Surroundings {
    return { platform: this, now: () => this.nowMs, online: () => this.isOnline };
  }

  readonly alarms = {
    create: async (name: string, { when }: { when: number }) => void this.alarm.set(name, when),
    get: async (name: string) => {
      const scheduledTime = this.alarm.get(name);
      return scheduledTime === undefined ? undefined : { scheduledTime };
    },
    clear: async (name: string) => this.alarm.delete(name),
    onAlarm: { addListener: () => undefined },
  };

  readonly storage = { local: area(this.local), session: area(this.session) };

  readonly action = {
    setBadgeText: ({ text }: { text: string }) => void (this.badge = text),
    setBadgeBackgroundColor: () => undefined,
    setTitle: () => undefined,
  };

  readonly notifications = {
    create: async (id: string, options: Notification) => {
      this.told += 1;
      this.shown.set(id, options);
      return id;
    },
    clear: async (id: string) => this.shown.delete(id),
    onClicked: { addListener: () => undefined },
  };

  readonly identity = {
    getRedirectURL: (path = "") => `https://abc.chromiumapp.org/${path}`,
    launchWebAuthFlow: ({ url }: { url: string }) => this.window(new URL(url)),
  };

  readonly permissions = {
    contains: async ({ origins }: { origins: string[] }) => this.granted === "all" || origins.every((origin) => this.granted.includes(origin)),
  };

  readonly runtime = { getURL: (path: string) => `extension:/${path}`, openOptionsPage: () => undefined, getPlatformInfo: async () => ({}) };
}

function area(rows: Record<string, unknown>): Area {
  return {
    get: async (keys) => structuredClone(Object.fromEntries(Object.entries(rows).filter(([key]) => keys.includes(key)))),
    set: async (items) => void Object.assign(rows, structuredClone(items)),
    remove: async (keys) => {
      for (const key of keys) delete rows[key];
    },
  };
}
