/** What the stories do to the sandbox beside a person's steps, and a server that says which origin it was told. */

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Sandbox } from "../e2e/sandbox.ts";

/** One of the sandbox's own routes. */
export async function admin({ url }: Sandbox, path: string, body: object): Promise<void> {
  const answer = await fetch(url + path, { method: "POST", body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
}

/** What was asked of the services and written there. */
export interface Counters {
  requests: { google: number; zoho: number };
  writes: { google: number; crm: number };
}

export async function counters({ url }: Sandbox): Promise<Counters> {
  return (await (await fetch(`${url}/sandbox/counters`)).json()) as Counters;
}

/** Answers a page to GET, and to all else the `Origin` of the request, or `none`. */
export class Echo {
  readonly url: string;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async start(): Promise<Echo> {
    const server = createServer((request, answer) => {
      answer.setHeader("content-type", "text/html");
      answer.end(request.method === "GET" ? "<!doctype html><title>CRM</title>" : (request.headers.origin ?? "none"));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new Echo(server);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
