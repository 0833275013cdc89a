/**
 * What the background asks of the browser: the parts of the WebExtensions API that it uses, and nothing else, so that tests
 * can stand in for a browser. `browser` of every supported browser fits it.
 */

export interface Listeners<Listener extends (...args: never[]) => unknown> {
  addListener(listener: Listener): void;
}

/** One area of the extension's storage. Values are plain data. */
export interface Area {
  get(keys: string[]): Promise<Record<string, unknown>>;
  set(items: Record<string, unknown>): Promise<void>;
  remove(keys: string[]): Promise<void>;
}

export interface Notification {
  type: "basic";
  iconUrl: string;
  title: string;
  message: string;
}

/** A request of a page that the browser let us see. */
export interface SeenRequest {
  url: string;
  method: string;
  requestBody?: { raw?: { bytes?: ArrayBuffer }[]; formData?: Record<string, unknown[]> } | null;
}

export interface Platform {
  alarms: {
    create(name: string, info: { when: number }): Promise<void> | void;
    get(name: string): Promise<{ scheduledTime: number } | undefined>;
    clear(name: string): Promise<boolean>;
    onAlarm: Listeners<(alarm: { name: string }) => void>;
  };
  storage: { local: Area; session: Area };
  action: {
    setBadgeText(details: { text: string }): Promise<void> | void;
    setBadgeBackgroundColor(details: { color: string }): Promise<void> | void;
    setTitle(details: { title: string }): Promise<void> | void;
  };
  notifications: {
    create(id: string, options: Notification): Promise<string>;
    clear(id: string): Promise<boolean>;
    onClicked: Listeners<(id: string) => void>;
  };
  identity: {
    getRedirectURL(path?: string): string;
    launchWebAuthFlow(details: { url: string; interactive: boolean }): Promise<string | undefined>;
  };
  permissions: { contains(wanted: { origins: string[] }): Promise<boolean> };
  runtime: {
    getURL(path: string): string;
    openOptionsPage(): Promise<void> | void;
    getPlatformInfo(): Promise<unknown>;
  };
}

/** What the background needs beside the browser's API; given, so that tests hold the clock. */
export interface Surroundings {
  platform: Platform;
  /** Milliseconds since 1970 UTC. */
  now(): number;
  /** Whether the browser believes to be connected; only `false` says something. */
  online(): boolean;
}
