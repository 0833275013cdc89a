/** Sign-in and renewal, over a browser and services that are played: what goes over the wire is checked, not what is called. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { FetchFailure } from "../../src/host.ts";
import { Store } from "../src/memory.ts";
import { redirectUri } from "../src/oauth/flow.ts";
import { Tokens } from "../src/oauth/tokens.ts";
import { GOOGLE_SCOPES, ZOHO_SCOPES } from "../src/oauth/vendors.ts";
import { FakePlatform } from "./fake-platform.ts";

interface Sent {
  url: string;
  form: URLSearchParams;
}

const realFetch = globalThis.fetch;
let sent: Sent[];
let answers: (() => Response)[];

beforeEach(() => {
  sent = [];
  answers = [];
  globalThis.fetch = async (input, init) => {
    sent.push({ url: String(input), form: new URLSearchParams(String(init?.body)) });
    const answer = answers.shift();
    if (answer === undefined) throw new TypeError("network");
    return answer();
  };
});

afterEach(() => {
  globalThis.fetch = realFetch;
});

const json = (body: object, status = 200) => () => Response.json(body, { status });
const granted = (scopes: readonly string[], more: object = {}) => json({
  access_token: "access-1", refresh_token: "refresh-1", token_type: "Bearer", expires_in: 3600, scope: scopes.join(" "), ...more,
});

/** The service sends the person back with a code, and with what else it says. */
const agrees = (more: Record<string, string> = {}) => async (url: URL) => {
  const back = new URL(url.searchParams.get("redirect_uri") ?? "");
  for (const [name, value] of Object.entries({ state: url.searchParams.get("state") ?? "", code: "code-1", ...more })) back.searchParams.set(name, value);
  return back.href;
};

function setUp(google: { clientId: string; clientSecret?: string } = { clientId: "g" }) {
  const platform = new FakePlatform();
  const store = new Store(platform.storage.local);
  platform.window = agrees();
  return { platform, store, tokens: new Tokens(platform.around, store, { google, zoho: { clientId: "z" } }) };
}

test("a sign-in asks for the least scopes with PKCE, and proves with the verifier that it asked", async () => {
  const { platform, tokens } = setUp();
  let asked: URLSearchParams | undefined;
  platform.window = (url) => {
    asked = url.searchParams;
    return agrees()(url);
  };
  answers = [granted(GOOGLE_SCOPES)];
  await tokens.signIn("google");
  assert.equal(asked?.get("scope"), GOOGLE_SCOPES.join(" "));
  assert.deepEqual([asked?.get("response_type"), asked?.get("access_type"), asked?.get("code_challenge_method")], ["code", "offline", "S256"]);
  const { form } = sent[0] ?? assert.fail("no request was sent");
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(form.get("code_verifier") ?? ""));
  assert.equal(Buffer.from(hash).toString("base64url"), asked?.get("code_challenge"));
  assert.equal(form.has("client_secret"), false);
});

test("refresh tokens lie on disk, access tokens in memory only", async () => {
  const { platform, tokens } = setUp();
  answers = [granted(GOOGLE_SCOPES)];
  await tokens.signIn("google");
  assert.deepEqual(platform.local, { "refresh/google": "refresh-1" });
  assert.deepEqual(Object.keys(platform.session), ["access/google"]);
  assert.equal(await tokens.access("google", { refresh: false }), "access-1");
  assert.equal(sent.length, 1);
});

test("the secret of a client that has one goes with the request", async () => {
  const { tokens } = setUp({ clientId: "g", clientSecret: "not-confidential" });
  answers = [granted(GOOGLE_SCOPES)];
  await tokens.signIn("google");
  assert.equal(sent[0]?.form.get("client_secret"), "not-confidential");
});

const REFUSALS: [says: string, prepare: (platform: FakePlatform) => void, reason: string][] = [
  ["a closed window is a cancelled sign-in", (platform) => (platform.window = async () => Promise.reject(new Error("closed"))), "cancelled"],
  ["a refusal is a cancelled sign-in", (platform) => (platform.window = agrees({ error: "access_denied" })), "cancelled"],
  ["an answer to somebody else's request is not taken", (platform) => (platform.window = agrees({ state: "forged" })), "cancelled"],
  ["a box that was unticked is named", () => (answers = [granted(GOOGLE_SCOPES.slice(0, 1))]), "scopes"],
  ["a client that the service does not know is the builder's", () => (answers = [json({ error: "invalid_client" }, 401)]), "misconfigured"],
  ["no refresh token is the builder's", () => (answers = [json({ access_token: "a", token_type: "Bearer", expires_in: 3600 })]), "misconfigured"],
  ["a service in trouble is asked again later", () => (answers = [json({ error: "temporarily_unavailable" }, 503)]), "offline"],
  ["no answer is no connection", () => undefined, "offline"],
];

for (const [says, prepare, reason] of REFUSALS) {
  test(`sign-in: ${says}`, async () => {
    const { platform, tokens } = setUp();
    prepare(platform);
    await assert.rejects(tokens.signIn("google"), { reason });
    assert.deepEqual(platform.local, {}, "nothing is kept of it");
  });
}

test("a build without a client says so before any window opens", async () => {
  const { platform, tokens } = setUp({ clientId: "" });
  platform.window = () => assert.fail("a window opened");
  await assert.rejects(tokens.signIn("google"), { reason: "misconfigured" });
});

test("Zoho's code is redeemed where the account lives", async () => {
  const { platform, tokens } = setUp();
  platform.window = agrees({ location: "in", "accounts-server": "https://accounts.zoho.in" });
  answers = [granted(ZOHO_SCOPES)];
  assert.equal((await tokens.signIn("zoho", "eu"))?.id, "in");
  assert.equal(sent[0]?.url, "https://accounts.zoho.in/oauth/v2/token");
});

test("a data centre that the person did not allow, or that nobody knows, gets no code", async () => {
  const { platform, tokens } = setUp();
  platform.granted = ["https://accounts.zoho.eu/*", "https://www.zohoapis.eu/*", "https://crm.zoho.eu/*"];
  for (const [location, server] of [["in", "https://accounts.zoho.in"], ["xx", "https://accounts.example.com"]] as const) {
    platform.window = agrees({ location, "accounts-server": server });
    await assert.rejects(tokens.signIn("zoho", "eu"), { reason: "centre" });
  }
  assert.equal(sent.length, 0);
});

test("Zoho's refusals with status 200 are refusals", async () => {
  const { tokens } = setUp();
  answers = [json({ error: "invalid_code" })];
  await assert.rejects(tokens.signIn("zoho", "us"), { reason: "expired" });
});

async function signedIn(service: "google" | "zoho") {
  const all = setUp();
  answers = [granted(service === "google" ? GOOGLE_SCOPES : ZOHO_SCOPES)];
  await all.tokens.signIn(service, "eu");
  await all.store.write("accounts", { [service]: { address: "ana@example.com", isExpired: false, ...(service === "zoho" && { centre: "eu" }) } });
  sent = [];
  return all;
}

test("a token that ends is renewed before it does, once for all requests that wait", async () => {
  const { platform, tokens } = await signedIn("google");
  platform.nowMs += 3_590_000;
  answers = [json({ access_token: "access-2", token_type: "Bearer", expires_in: 3600 })];
  const all = await Promise.all([1, 2, 3].map(() => tokens.access("google", { refresh: false })));
  assert.deepEqual(all, ["access-2", "access-2", "access-2"]);
  assert.deepEqual(sent.map(({ form }) => [form.get("grant_type"), form.get("refresh_token")]), [["refresh_token", "refresh-1"]]);
});

test("a restarted browser has lost the access token, and renews", async () => {
  const { platform, tokens } = await signedIn("zoho");
  for (const key of Object.keys(platform.session)) delete platform.session[key];
  answers = [json({ access_token: "access-2", token_type: "Bearer", expires_in: 3600 })];
  assert.equal(await tokens.access("zoho", { refresh: false }), "access-2");
  assert.equal(sent[0]?.url, "https://accounts.zoho.eu/oauth/v2/token");
});

for (const [service, refusal] of [["google", json({ error: "invalid_grant" }, 400)], ["zoho", json({ error: "invalid_code" })]] as const) {
  test(`a sign-in that was withdrawn at ${service} is the person's to renew`, async () => {
    const { tokens, store } = await signedIn(service);
    answers = [refusal];
    assert.equal(await tokens.access(service, { refresh: true }), undefined);
    assert.equal((await store.read("accounts"))[service]?.isExpired, true);
  });
}

test("too many renewals at Zoho, or no connection, ask nobody to sign in", async () => {
  const { tokens, store } = await signedIn("zoho");
  answers = [json({ error: "Access Denied", status: "failure" })];
  for (let attempt = 0; attempt < 2; attempt += 1) {
    await assert.rejects(tokens.access("zoho", { refresh: true }), (error) => error instanceof FetchFailure && error.failure === "offline");
  }
  assert.equal((await store.read("accounts")).zoho?.isExpired, false);
});

test("signing out forgets the tokens and ends them at the service, reached or not", async () => {
  const { platform, tokens } = await signedIn("google");
  await tokens.signOut("google");
  assert.deepEqual([platform.local["refresh/google"], platform.session], [undefined, {}]);
  assert.deepEqual(sent.map(({ url, form }) => [url, form.get("token")]), [["https://oauth2.googleapis.com/revoke", "refresh-1"]]);
});

test("Firefox sends Google back to this machine, everybody else to an address of the browser", () => {
  const at = (url: string) => ({ identity: { getRedirectURL: (path = "") => `${url}/${path}`, launchWebAuthFlow: async () => undefined } });
  const firefox = at("https://0123abcd.extensions.allizom.org");
  assert.equal(redirectUri(firefox, "google"), "http://127.0.0.1/mozoauth2/0123abcd");
  assert.equal(redirectUri(firefox, "zoho"), "https://0123abcd.extensions.allizom.org/zoho");
  assert.equal(redirectUri(at("https://abc.chromiumapp.org"), "google"), "https://abc.chromiumapp.org/google");
});
