/** A sandbox server that also serves the built consumers, and what its two sides hold. */

import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";

const START_MS = 30_000;

export function fromEnvironment(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`Set ${name}, as \`cargo xtask test --only package\` does.`);
  return value;
}

export class Sandbox {
  readonly url: string;
  readonly #process: ChildProcess;

  private constructor(url: string, process: ChildProcess) {
    this.url = url;
    this.#process = process;
  }

  /** Serves `files` beside the services; a random calendar of `events` events. */
  static async start(files: string, events: number): Promise<Sandbox> {
    const child = spawn(fromEnvironment("ACCORD_SANDBOX"), ["--port", "0", "--static", files, "--events", String(events), "--seed", "1"], { stdio: ["ignore", "pipe", "inherit"] });
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

  /** As it was at the start. */
  async reset(): Promise<void> {
    const answer = await fetch(`${this.url}/sandbox/reset`, { method: "POST", body: "{}" });
    if (!answer.ok) throw new Error(`The sandbox was not reset: ${answer.status}`);
  }

  /** Titles of the meetings in the CRM. */
  async meetings(): Promise<string[]> {
    const answer = await fetch(`${this.url}/crm/v8/coql`, {
      method: "POST",
      headers: { authorization: "Zoho-oauthtoken sandbox-zoho", "content-type": "application/json" },
      body: JSON.stringify({ select_query: "select id, Event_Title from Events where id is not null order by id asc limit 0, 2000" }),
    });
    if (answer.status === 204) return [];
    if (!answer.ok) throw new Error(`The sandbox refused the query: ${answer.status} ${await answer.text()}`);
    return ((await answer.json()) as { data: { Event_Title: string }[] }).data.map(({ Event_Title }) => Event_Title);
  }
}
