/** A sandbox server for one test file, and what a test does to it around the client. */

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { after, before, beforeEach } from "node:test";

/** The sandbox's time at the start of each test: a Sunday. It stands still until a test moves it. */
export const NOW = "2026-11-22T08:00:00Z";

const START_MS = 20_000;
const STOP_MS = 5_000;

/** Somebody the sandbox would have mailed. */
export interface Mail {
  service: "google" | "zoho";
  kind: string;
  to: string[];
  id: string;
}

/** A running server. Its world is as at the start before each test of the file. */
export class Sandbox {
  #url = "";
  #process: ChildProcess | undefined;

  /**
   * Registers hooks with Node's test runner: the server starts before the first test of the file and is stopped after
   * the last one, whatever happened to them.
   */
  static forThisFile(...args: string[]): Sandbox {
    const sandbox = new Sandbox();
    before(() => sandbox.#start(args));
    beforeEach(() => sandbox.admin("POST", "reset", { now: NOW }));
    after(() => sandbox.#stop());
    return sandbox;
  }

  /** `http://127.0.0.1:PORT` */
  get url(): string {
    return this.#url;
  }

  /** One of the admin routes of `accord-sandbox --help`. */
  async admin(method: "GET" | "POST" | "DELETE", route: string, body: object = {}): Promise<unknown> {
    const answer = await fetch(`${this.#url}/sandbox/${route}`, {
      method,
      ...(method === "POST" && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`/sandbox/${route} answered ${answer.status}: ${text}`);
    return JSON.parse(text);
  }

  async mails(): Promise<Mail[]> {
    return (await this.admin("GET", "mails")) as Mail[];
  }

  /** Lets the sandbox's time pass. */
  async advance(ms: number): Promise<void> {
    await this.admin("POST", "clock", { advanceMs: ms });
  }

  async #start(args: string[]): Promise<void> {
    const binary = process.env["ACCORD_SANDBOX"];
    if (binary === undefined) throw new Error("Set ACCORD_SANDBOX to the path of the built sandbox server, or run cargo xtask test --only clients.");
    const child = spawn(binary, ["--port", "0", "--now", NOW, ...args], { stdio: ["ignore", "pipe", "ignore"] });
    this.#process = child;
    this.#url = await new Promise<string>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error("The sandbox did not start in time.")), START_MS);
      child.once("error", reject);
      child.once("exit", (code) => reject(new Error(`The sandbox ended with ${code} before it listened.`)));
      createInterface({ input: child.stdout }).on("line", (line) => {
        const url = /^listening on (http:\/\/\S+)$/.exec(line)?.[1];
        if (url === undefined) return;
        clearTimeout(late);
        resolve(url);
      });
    });
  }

  async #stop(): Promise<void> {
    const child = this.#process;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill();
    const late = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
    await ended;
    clearTimeout(late);
  }
}
