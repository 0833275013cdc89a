import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import { FetchFailure } from "../src/host.ts";
import { browserFetch, type ServiceAccess } from "../src/hosts/fetch.ts";

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

async function serve(t: TestContext, handler: Handler): Promise<string> {
  const server = createServer(handler).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  t.after(() => server.closeAllConnections());
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function access(base: string, token: ServiceAccess["token"] = () => "t1"): ServiceAccess {
  return { base, token };
}

const get = { service: "google", method: "GET", path: "/calendar/v3/x?a=b%20c", headers: { accept: "application/json" } } as const;
const failsWith = (failure: string) => (error: unknown) => error instanceof FetchFailure && error.failure === failure;

test("adds origin and each service's token scheme, and gives bytes back", async (t) => {
  const seen: unknown[] = [];
  const base = await serve(t, (request, response) => {
    seen.push([request.method, request.url, request.headers.authorization, request.headers["content-type"]]);
    response.writeHead(207, { "retry-after": "2" }).end("ü");
  });
  const fetch = browserFetch({ google: access(`${base}/`), zoho: access(base) });
  const answer = await fetch(get);
  await fetch({ service: "zoho", method: "POST", path: "/crm/v8/Events", headers: { "content-type": "application/json" }, body: "{}" });
  assert.deepEqual([answer.status, answer.headers["retry-after"], answer.body], [207, "2", new TextEncoder().encode("ü")]);
  assert.deepEqual(seen, [
    ["GET", "/calendar/v3/x?a=b%20c", "Bearer t1", undefined],
    ["POST", "/crm/v8/Events", "Zoho-oauthtoken t1", "application/json"],
  ]);
});

test("a refused token is renewed once for all requests that met it, and they are sent again", async (t) => {
  const base = await serve(t, (request, response) => response.writeHead(request.headers.authorization === "Bearer t2" ? 200 : 401).end());
  let renewals = 0;
  let current = "t1";
  const fetch = browserFetch({
    google: access(base, async ({ refresh }) => {
      if (refresh) {
        renewals += 1;
        await new Promise((resolve) => setTimeout(resolve, 20));
        current = "t2";
      }
      return current;
    }),
    zoho: access(base),
  });
  const answers = await Promise.all([fetch(get), fetch(get), fetch(get)]);
  assert.deepEqual(answers.map(({ status }) => status), [200, 200, 200]);
  assert.equal(renewals, 1);
});

test("a token that cannot be renewed: the 401 is given on, sent only once more", async (t) => {
  let requests = 0;
  const base = await serve(t, (_request, response) => {
    requests += 1;
    response.writeHead(401).end();
  });
  assert.equal((await browserFetch({ google: access(base), zoho: access(base) })(get)).status, 401);
  assert.equal(requests, 1);
  let n = 0;
  assert.equal((await browserFetch({ google: access(base, () => `t${n++}`), zoho: access(base) })(get)).status, 401);
  assert.equal(requests, 3);
});

test("no token means sign in again", async () => {
  const base = "http://127.0.0.1:9";
  const missing = browserFetch({ google: access(base, () => undefined), zoho: access(base) });
  const broken = browserFetch({ google: access(base, () => Promise.reject(new Error("popup closed"))), zoho: access(base) });
  await assert.rejects(missing(get), failsWith("auth-expired"));
  await assert.rejects(broken(get), failsWith("auth-expired"));
});

test("an unreachable, a slow and a redirecting service, and an abort, have their own failures", async (t) => {
  const base = await serve(t, (request, response) => {
    if (request.url === "/redirect") response.writeHead(302, { location: "http://127.0.0.1:9/" }).end();
  });
  const fetch = browserFetch({ google: access(base), zoho: access("http://127.0.0.1:9"), timeoutMs: 50 });
  await assert.rejects(fetch({ ...get, service: "zoho" }), failsWith("offline"));
  await assert.rejects(fetch({ ...get, path: "/redirect" }), failsWith("offline"));
  await assert.rejects(fetch(get), failsWith("timeout"));
  const stop = new AbortController();
  const running = fetch(get, stop.signal);
  stop.abort();
  await assert.rejects(running, failsWith("aborted"));
});

test("a path cannot lead to another origin", async () => {
  const fetch = browserFetch({ google: access("http://127.0.0.1:9"), zoho: access("http://127.0.0.1:9") });
  await assert.rejects(fetch({ ...get, path: "@example.com/" }), TypeError);
});
