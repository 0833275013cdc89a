/** A sandbox server with a clock of its own, and a host over it that remembers all that the services and the storage told. */

import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import type { Host } from "../src/host.ts";
import { browserFetch } from "../src/hosts/fetch.ts";
import { memoryStorage } from "../src/hosts/memory.ts";

const START_MS = 30_000;
/** Google's and the CRM's people in the sandbox: Ana, whose calendar and meetings are synced. */
const TOKENS = { google: "sandbox-google", zoho: "sandbox-zoho" };

export function fromEnvironment(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`Set ${name}, as \`cargo xtask test --only js\` does.`);
  return value;
}

export class Sandbox {
  readonly url: string;
  nowMs = Date.parse("2026-11-23T09:00:00Z");
  readonly #process: ChildProcess;

  private constructor(url: string, process: ChildProcess) {
    this.url = url;
    this.#process = process;
  }

  static async start(...options: string[]): Promise<Sandbox> {
    const child = spawn(fromEnvironment("ACCORD_SANDBOX"), ["--port", "0", "--seed", "1", "--now", "2026-11-23T09:00:00Z", ...options], { stdio: ["ignore", "pipe", "inherit"] });
    const url = await new Promise<string>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error("The sandbox did not start in time.")), START_MS);
      child.once("exit", (code) => reject(new Error(`The sandbox ended with ${code}.`)));
      createInterface({ input: child.stdout }).on("line", (line) => {
        const [, address] = /^listening on (http:\/\/\S+)$/.exec(line) ?? [];
        if (address === undefined) return;
        clearTimeout(late);
        resolve(address.replace(/\/$/, ""));
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

  /** A request to one of the sandbox's services, as a person with Ana's rights makes it. */
  async ask(method: string, path: string, body?: unknown): Promise<unknown> {
    const authorization = path.startsWith("/crm") ? `Zoho-oauthtoken ${TOKENS.zoho}` : `Bearer ${TOKENS.google}`;
    const answer = await fetch(this.url + path, {
      method, headers: { authorization, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  }

  async later(ms: number): Promise<void> {
    this.nowMs += ms;
    await this.ask("POST", "/sandbox/clock", { advanceMs: ms });
  }
}

/** A host whose time is the sandbox's, and that notes every text which crosses. */
export class Overheard {
  readonly host: Host;
  /** Bodies, paths, rows and their keys. */
  readonly texts: string[] = [];
  readonly #killed = new Set<() => void>();
  #left = Infinity;

  /**
   * @param marker put into an unknown field of every JSON object that a service answers
   * @param hasLock without one, the engine keeps a lease in the storage
   */
  constructor(sandbox: Sandbox, marker: string, hasLock = true) {
    const access = (token: string) => ({ base: sandbox.url, token: () => token });
    const send = browserFetch({ google: access(TOKENS.google), zoho: access(TOKENS.zoho) });
    const storage = memoryStorage();
    const note = <T>(value: T): T => {
      this.texts.push(JSON.stringify(value));
      return value;
    };
    this.host = {
      now: () => sandbox.nowMs,
      sleep: (ms) => sandbox.later(ms),
      // A page that was killed holds none.
      ...(hasLock && { lock: (_name, body) => body() }),
      fetch: async (request, signal) => {
        if (this.#left <= 0) {
          this.#killed.forEach((settle) => settle());
          return new Promise(() => {});
        }
        this.#left -= 1;
        const answer = await send(request, signal);
        const body = withMarker(typeof answer.body === "string" ? answer.body : new TextDecoder().decode(answer.body), marker);
        this.texts.push(request.path, request.body ?? "", body);
        return { ...answer, body };
      },
      storage: {
        webLocks: hasLock,
        load: async (keys) => note(await storage.load(keys)),
        list: async (prefix) => note(await storage.list(prefix)),
        save: async (patch) => storage.save(note(patch)),
      },
    };
  }

  /** Lets some more requests through; resolves when the page is gone, in the middle of what it did. */
  async killed(requests: number): Promise<void> {
    this.#left = requests;
    await new Promise<void>((settle) => this.#killed.add(settle));
    this.#left = Infinity;
  }
}

/** Services may answer with fields that nobody knows yet. */
function withMarker(body: string, marker: string): string {
  const fields = `"${marker}":"${marker}","unknown":{"text":["${marker}",7]},"link":"https://${marker}.example.com/",`;
  return body.replace(/\{(?=\s*"(?:kind|id|etag|users|org|modules|fields|data|error|code)")/g, `{${fields}`);
}
