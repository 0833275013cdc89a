import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { memoryStorage } from "../src/hosts/memory.ts";
import { bundleOf, VERSION } from "../src/replay/bundle.ts";
import { Fingerprints, ofExtent, ofPeople, ofWhole, type NormalForm } from "../src/replay/fingerprints.ts";
import { parse, print } from "../src/replay/json.ts";
import { birth, Collected, connectionOf, Renamed } from "../src/replay/names.ts";
import { recorded } from "../src/replay/record.ts";
import { contents, Rows } from "../src/replay/rows.ts";
import { shapeOf } from "../src/replay/shape.ts";
import { Digest, fingerprint, hex, rotated } from "../src/replay/sip.ts";
import { retryAfter, Vendor } from "../src/replay/vendor.ts";
import { Words } from "../src/replay/words.ts";
import { syncOver } from "../src/sync.ts";
import type { HttpAnswer, Step } from "../src/types.ts";
import { fakeEngine, type ScriptStep } from "./fake-engine.ts";

const PKG = new URL("../../../pkg/", import.meta.url);
const { initSync, normalForm } = (await import(new URL("accord_sync.js", PKG).href)) as { initSync(options: { module: Uint8Array }): void; normalForm: NormalForm };
initSync({ module: await readFile(new URL("accord_sync_bg.wasm", PKG)) });

const HTML = 2;
const PLAIN = 3;
const LIMITS = { title: 255, place: 255, description: 32_000 };

/** Repeatable, and good enough to tell words apart. */
function chance(seed = 1): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0);
}

function words(): Words {
  return new Words(chance(), (reference) => normalForm(HTML, reference, 16));
}

/** What stands for the values of a transcript that holds `body`. */
function renamed(body: string, service: "google" | "zoho" = "google"): { names: Renamed; found: Collected; out: string } {
  const found = new Collected();
  new Vendor(service, found).body(body);
  const names = new Renamed(found, words());
  return { names, found, out: new Vendor(service, names).body(body) };
}

test("fingerprints are the engine's", () => {
  // `bytes/src/fingerprint.rs` has the same value.
  assert.equal(fingerprint("Call with Ana"), 14_337_847_918_615_235_438n);
  assert.notEqual(fingerprint("é".repeat(9)), fingerprint("é".repeat(8)));
});

test("the version is the engine's", async () => {
  const manifest = await readFile(new URL("../../../Cargo.toml", import.meta.url), "utf8");
  assert.equal(/\[workspace\.package\]\s+version = "([^"]+)"/.exec(manifest)?.[1], VERSION);
});

test("long numbers keep their digits, strings that look like their marks do no harm", () => {
  for (const text of ['{"a":[14337847918615235438,-1,1.5],"b":"14337847918615235438"}', '[0.1234567890123456,12345678901234567]']) {
    assert.equal(print(parse(text) ?? null), text);
  }
  for (const text of ['{"a":"\ue00012"}', '{"a":"\\ue000x"}', '{"a":"\\ue00012"}']) assert.notEqual(parse(text), undefined, text);
  assert.equal(parse('{"a":'), undefined);
});

test("texts keep their shape, and nothing of their words", () => {
  const text = "  Call Ana\tabout the\u00a0OFFER, 2nd try – überraschend! 日本 𝔘\r\n(Ana)";
  const replaced = words().plain(text);
  assert.equal(replaced.length, text.length);
  assert.equal(new TextEncoder().encode(replaced).length, new TextEncoder().encode(text).length);
  assert.equal(replaced.replace(/[\p{L}\p{N}–]/gu, "x"), text.replace(/[\p{L}\p{N}–]/gu, "x"));
  const own = new Set(text.match(/[\p{L}\p{N}]{2,}/gu));
  for (const word of replaced.match(/[\p{L}\p{N}]{2,}/gu) ?? []) assert.ok(!own.has(word), word);
});

test("equal words stay equal, others different, and a word that is cut becomes the cut", () => {
  const all = words();
  const [first = "", second = "", third = ""] = all.plain("Ana Ana Anna").split(" ");
  assert.equal(first, second);
  assert.notEqual(first, third);
  assert.ok(all.plain("Annapurna").startsWith(all.plain("Anna")));
  const many = Array.from({ length: 2_000 }, (_, n) => `w${n.toString(36)}`);
  assert.equal(new Set(many.map((word) => all.plain(word))).size, many.length);
  assert.notEqual(new Words(chance(9), String).plain("Ana"), first);
});

test("characters that nobody types let nothing through", () => {
  for (const text of ["\ue001Ana\ue001", "&#xe001;Ana&#xe001;", "\ue000Ana", "\u0000Ana", "&Ana;", "&#0;Ana&#x110000;", "\ud800Ana", "<a href=Ana", "<a href='Ana", "<Ana", "&lt;Ana"]) {
    const all = words();
    assert.ok(!/Ana/.test(all.html(text) + all.plain(text)), text);
  }
  const { out } = renamed('{"summary":"\ue00012345678901234567890","description":"\\ue0001234567890123456789","location":"\\ue000Ana"}');
  assert.ok(!/12345|Ana/.test(out), out);
});

for (const html of [
  "plain text, 2 lines\nof it", "R&D <3 you &lt;b&gt; AT&T", "<p title=\"Ana\">one</p><p>two</p>", "caf&eacute; &#x41;na &quot;x&quot;&nbsp;y",
  "<ol><li>first</li><li>second</li></ol>1. first\n2. second", "see <a class=x href=\"https://example.org/a?b=c&amp;d=1\">the offer</a>, <a href='mailto:ana@example.org'>mail</a>",
  "<a href=https://example.org/>https://example.org</a>", "<!-- Ana --><script>Ana</script>x<style>y", "a < b and c > d", "<b>never closed", "<o:p>word</o:p><ana>x</ana>", "wo<b>rd</b>s of<br>1. one<br>2. two <a href=\"https://example.org\">li</a>nk",
  `${"long words ".repeat(900)}end`, "-::~:~::~\nJoin: https://meet.example.org/abc\n-::~:~::~ after",
]) {
  test(`a description of Google reads as its replacement in the CRM: ${html.slice(0, 40)}`, () => {
    const all = words();
    const readable = normalForm(HTML, html, 32_000);
    const replaced = all.html(html);
    assert.equal(normalForm(HTML, replaced, 32_000), normalForm(PLAIN, all.plain(readable), 32_000));
    assert.ok(!/Ana|ana@|offer|meet\.example/.test(replaced), replaced);
  });
}

test("what the services may answer one day does not get through", () => {
  const secret = "zimzumquark";
  const hostile = JSON.stringify({
    kind: secret, [secret]: 1, etag: `"${secret}"`, id: secret, status: secret, summary: secret, description: `<${secret} ${secret}=${secret}>`, location: secret,
    start: { dateTime: secret, timeZone: secret }, end: { date: secret }, updated: `2026-11-23T10:00:00Z ${secret}`, recurrence: [secret], recurringEventId: `${secret}_20261122`,
    attendees: [{ email: secret, displayName: secret }, { email: `${secret}@example.org` }, { email: `A ${secret} <a@example.org>` }, secret],
    organizer: { email: `${secret}@example.org` }, extendedProperties: { private: { accordCrm: secret, accordBase: secret, [secret]: secret } },
    conferenceData: { entryPoints: [{ uri: `https://${secret}/` }] }, error: { code: 49_170_123, errors: [{ reason: secret }] }, phone: 4_917_012_345_678, account: 49_170_123_456_789_012n.toString(),
    minutes: secret, data: [{ id: 7, code: secret, details: { api_name: secret, json_path: secret } }], __proto__: null, constructor: secret, permissions: [`Crm_Implied_View_${secret}`],
  }).replace("{", `{"__proto__":{"${secret}":"${secret}"},"id":49170123456789012,`);
  for (const service of ["google", "zoho"] as const) {
    for (const body of [hostile, `[${hostile}]`, `"${secret}"`, hostile.slice(0, -5), `<html>${secret}</html>`, `--${secret}\r\nContent-ID: <response-${secret}-0>\r\n\r\nHTTP/1.1 200 ${secret}\r\n${secret}: 1\r\nRetry-After: ${secret}\r\n\r\n${hostile}\r\n--${secret}--`]) {
      const { out } = renamed(body, service);
      assert.ok(!out.includes(secret), out);
      assert.ok(!out.includes("4917012345678") && !out.includes("49170123456789012"), out);
    }
  }
});

test("times, numbers and codes that the services document stay", () => {
  const body = { id: "abc", status: "cancelled", start: { dateTime: "2026-11-23T10:00:00+01:00", timeZone: "Europe/Paris" }, end: { date: "2026-11-24" }, reminders: { useDefault: false, overrides: [{ method: "popup", minutes: 10 }] }, visibility: "private" };
  const { out } = renamed(JSON.stringify(body));
  assert.deepEqual({ ...(JSON.parse(out) as object), id: "abc" }, body);
  const crm = { data: [{ code: "DUPLICATE_DATA", details: { api_name: "Event_Title" }, status: "error" }], info: { more_records: true, page: 2, next_page_token: null } };
  assert.deepEqual(JSON.parse(renamed(JSON.stringify(crm), "zoho").out), crm);
  assert.deepEqual(["30", " 30 ", "Sun, 22 Nov 2026 10:00:30 GMT", "Ana", undefined].map(retryAfter), ["30", "30", "Sun, 22 Nov 2026 10:00:30 GMT", undefined, undefined]);
});

test("ids keep their order, their length and what they say of a series", () => {
  const ids = ["k3v0abc12", "k3v0abc12_20261122T090000Z", "0abc1234567", "_q5e4r3t2y1u", "k3v0abc12_R20261122T090000_20261129T090000Z"];
  const { names } = renamed(JSON.stringify({ items: ids.map((id) => ({ id })) }));
  const replaced = ids.map((id) => names.googleId(id));
  const order = (list: string[]) => list.map((id) => [...list].sort().indexOf(id));
  assert.deepEqual(order(replaced.slice(0, 4)), order(ids.slice(0, 4)));
  assert.equal(replaced[1], `${replaced[0] ?? ""}_20261122T090000Z`);
  assert.equal(replaced[4], `${replaced[0] ?? ""}_R20261122T090000_20261129T090000Z`);
  const records = ["4876876000000225999", "4876876000000226001", "4876876000000226000"];
  const crm = renamed(JSON.stringify({ data: records.map((id) => ({ id })) }), "zoho").names;
  const others = records.map((id) => crm.crmId(id));
  assert.deepEqual(order(others), order(records));
  assert.ok(others.every((id) => /^\d{19}$/.test(id) && !records.includes(id)));
});

test("a person is one person, however an address is written, and the calendar is one's own", () => {
  const { names, out } = renamed(JSON.stringify({ id: "Ana@Example.org", attendees: [{ email: "ana@example.org" }, { email: " ANA@example.org" }, { email: "ben@example.org" }] }));
  const { id, attendees } = JSON.parse(out) as { id: string; attendees: { email: string }[] };
  assert.deepEqual(new Set([id, attendees[0]?.email, attendees[1]?.email]), new Set([names.calendar("ana@example.org")]));
  assert.notEqual(attendees[2]?.email, id);
  assert.match(id, /^person\d+@example\.com$/);
});

test("the id of an event that the engine derived is derived from the replacement", () => {
  const connection = { calendar: "ana@example.org", organisation: "4876876000000000001", user: "4876876000000000002" };
  const found = new Collected();
  found.calendar(connection.calendar);
  [connection.organisation, connection.user].forEach((id) => found.crmId(id));
  const records = Array.from({ length: 12 }, (_, n) => `48768760000002259${10 + n}`);
  // The engine's own, for these texts: `src/sync/birth.rs`.
  const original = new Map(records.map((id) => [birth(connectionOf(connection), found.crmId(id), 0), id]));
  original.forEach((_, id) => found.googleId(id));
  const names = new Renamed(found, words());
  names.derive(found, connection, () => 0);
  const to = connectionOf(names.connection(connection));
  const replaced = [...original.keys()].sort().map((id) => names.googleId(id));
  assert.deepEqual(replaced, [...replaced].sort(), "in the same order");
  for (const [id, crmId] of original) assert.equal(names.googleId(id), birth(to, names.crmId(crmId), 0));
});

test("stored rows: what they name, and what their fingerprints stand for", () => {
  const guests = ["ana@example.org", "ben@example.org"];
  const row = (json: string) => `1:${hex(fingerprint(json))}:${json}`;
  const people = guests.map((address) => fingerprint(address));
  const gone = fingerprint("a title of last week");
  const seen = [gone, 5n, 6n, fingerprint("Room 4"), fingerprint("Call Ana"), ofPeople(people)];
  const link = row(print(["4876876000000225999", 1n, ["\"e1\"", seen, people, 1, 2, 4], 0, 3, false, false]));
  const found = new Collected();
  new Rows(found).row("link/abc12", link);
  found.googleId("abc12");
  guests.forEach((address) => found.address(address));
  found.text("Room  4", "place");
  found.text("<b>Call</b> Ana", "html");
  const names = new Renamed(found, words());
  const rows = new Rows(names, new Fingerprints(found, names, normalForm, LIMITS, [], chance()));
  const [crm, connection, draft] = contents(rows.row("link/abc12", link)) as [string, bigint, [string, bigint[], bigint[]]];
  assert.equal(crm, names.crmId("4876876000000225999"));
  const [title, time, reminder, place, description, all] = draft[1].map(BigInt);
  assert.deepEqual([time, reminder], [5n, 6n]);
  assert.equal(place, fingerprint(names.text("Room 4", "plain")));
  assert.equal(description, fingerprint(names.text("Call Ana", "plain")));
  assert.deepEqual(draft[2].map(BigInt), guests.map((address) => fingerprint(names.address(address))));
  assert.equal(all, ofPeople(draft[2].map(BigInt)));
  // Nobody can tell what stood there: not even that it is the fingerprint of a text.
  assert.ok(![gone, fingerprint(names.text("a title of last week", "title")), 1n].includes(title ?? 0n) && connection !== 1n);
  assert.equal(rows.key("link/abc12"), `link/${names.googleId("abc12")}`);
});

test("no text of any stored row gets through", () => {
  const secret = "zimzumquark";
  const conflict = { googleId: secret, crmId: secret, field: "title", google: secret, crm: secret, winner: "google" };
  const parked = { googleId: secret, crmId: secret, code: secret, message: secret, etag: secret, crm: secret };
  const draft = [secret, [1, 2, 3, 4, 5, 6], [7], 1, 2, 3];
  const question = { id: secret, side: secret, ids: [secret], crm: [secret], answer: secret, candidates: { googleIds: [secret], crmIds: [secret] }, code: secret, count: 1 };
  const head = [secret, secret, secret, secret, secret, secret, secret];
  const rows: { [key: string]: unknown } = {
    settings: { settings: { calendar: secret, direction: secret }, crm: { user: secret, own: [secret, `${secret}@example.org`], organisation: secret, zone: secret, defaults: [[secret, secret]] } },
    state: { cursor: secret, probe: secret, trouble: { code: secret, message: secret }, defaultReminders: [[secret, 10]], allDay: { offset: secret } },
    intents: { creates: [[secret, draft]], updates: [[secret, secret, [1, 2, 3, 4, 5, 6]]], births: [[secret, secret]], lost: [conflict], open: { trigger: secret }, undo: { id: secret, field: secret } },
    parked: { parked: [[secret, parked]], held: [question] },
    history: [JSON.stringify({ trigger: secret, parked: [parked], notes: [parked], conflicts: [conflict], questions: [question], failed: { code: secret, message: secret }, notRestored: [parked] }), secret],
    lease: { owner: secret },
    "done/1/00000": [[head, secret, [["title", secret, secret, secret, secret, secret], ["guests", `${secret}@example.org, ${secret}`, secret, secret, null, null], [secret, secret, secret, secret, secret, secret]], 0, true, secret], [head, secret, [], 0, true, `"${secret}"/10`]],
    [`link/${secret}`]: [secret, 1, draft, [[1, 2, 3, 4, 5, 6], [7]], 3, false, false],
    [`crm/${secret}`]: secret,
    [secret]: { state: secret },
  };
  const found = new Collected();
  const stored = Object.entries(rows).map(([key, value]): [string, string] => [key, `1:${hex(fingerprint(JSON.stringify(value)))}:${JSON.stringify(value)}`]);
  for (const [key, row] of stored) new Rows(found).row(new Rows(found).key(key), row);
  const names = new Renamed(found, words());
  const translated = new Rows(names, new Fingerprints(found, names, normalForm, LIMITS, [], chance()));
  for (const [key, row] of stored) {
    const out = translated.row(key, row);
    assert.notEqual(contents(out), undefined, key);
    assert.ok(!(translated.key(key) + out).includes(secret), `${key}: ${out}`);
  }
});

test("the fingerprint of a private event is that of its replacement, and of an older one nothing", () => {
  const shown = { title: "Doctor", when: ofExtent("2026-11-23T10:00:00+01:00", "2026-11-23T10:30:00+01:00") ?? 0n, reminders: [-1, 10], place: "", description: "", guests: [] };
  const found = new Collected();
  found.text("Doctor", "title");
  const names = new Renamed(found, words());
  const fingerprints = new Fingerprints(found, names, normalForm, LIMITS, [], chance());
  // `Event::digest` of that event with a reminder of 10 minutes, made of `Field::fingerprint` in the order of the fields.
  const digest = (title: string) => {
    const nothing = fingerprint("");
    const fields = [fingerprint(title), new Digest().number(0n).number(1_795_424_400n).number(1_795_426_200n).finish(), new Digest().number(10n).finish(), nothing, nothing, ofPeople([])];
    return (fields.reduce((sum, field) => rotated(sum, 7) ^ field, 0n) >> 3n) | 1n;
  };
  assert.equal(ofWhole(digest("Doctor"), shown, fingerprints, normalForm, LIMITS), digest(names.text("Doctor", "title")));
  assert.equal(ofWhole(digest("Dentist"), shown, fingerprints, normalForm, LIMITS), undefined);
  assert.equal(ofExtent("2026-12-24", "2026-12-26"), new Digest().number(1n).number(739_974n).number(739_976n).finish());
  assert.equal(ofExtent("", "2026-12-26"), undefined);
});

test("rows that are damaged stay so, and say nothing", () => {
  const names = new Renamed(new Collected(), words());
  for (const text of ["zimzumquark", "1:00:\"zimzumquark\"", "2:0000000000000000:{}", `1:${"0".repeat(16)}:{"a":"zimzumquark"}`]) {
    const out = new Rows(names).row("state", text);
    assert.ok(contents(out) === undefined && !out.includes("zimzumquark"));
  }
  const json = '{"zimzumquark":"zimzumquark","trouble":{"code":"zimzumquark","message":"zimzumquark"},"zimzum quark":1}';
  const row = `1:${hex(fingerprint(json))}:${json}`;
  for (const key of ["settings", "state", "intents", "parked", "history", "lease", "done/1/00000", "crm/1", "link/abc", "other"]) {
    assert.ok(!new Rows(names).row(key, row).includes('"zimzumquark"'), key);
  }
});

test("a step of another world has the same shape, another step has not", () => {
  const http = (path: string, body: object): Step => ({ type: "http", progress: { phase: "writing", done: 0 }, requests: [{ service: "google", method: "PATCH", path, headers: {}, body: JSON.stringify(body) }] });
  const one = http("/calendar/v3/calendars/a%40b.c/events/abc?sendUpdates=none", { summary: "Call", start: { dateTime: "2026-11-23T10:00:00Z" } });
  assert.equal(shapeOf(one), shapeOf(http("/calendar/v3/calendars/x/events/event000001?sendUpdates=none", { summary: "Xqzw", start: { dateTime: "2026-11-23T10:00:00Z" } })));
  for (const other of [
    http("/calendar/v3/calendars/a%40b.c/events/abc?sendUpdates=all", { summary: "Call", start: { dateTime: "2026-11-23T10:00:00Z" } }),
    http("/calendar/v3/calendars/a%40b.c/events/abc?sendUpdates=none", { start: { dateTime: "2026-11-23T10:00:00Z" } }),
    http("/calendar/v3/calendars/a%40b.c/events/abc?sendUpdates=none", { summary: "Call", start: { dateTime: "2026-11-23T11:00:00Z" } }),
  ]) assert.notEqual(shapeOf(one), shapeOf(other));
});

test("a bundle says from where on it is not faithful", () => {
  const load: ScriptStep = { type: "load", keys: ["settings"] };
  const { engine, record } = recorded(fakeEngine([load, { type: "wait", untilMs: 5 }, { type: "done", result: null }]), 3);
  engine.start({ name: "run" }, 1);
  engine.loaded({}, 2);
  engine.woke(5);
  const others = [[load, { type: "wait", untilMs: 6 }, { type: "done", result: null }], [load, load], [load, new Error("trap")]] as (ScriptStep | Error)[][];
  for (const script of others) {
    const bundle = bundleOf(record, { create: () => fakeEngine([...script]), normalForm }, chance());
    assert.equal(bundle.faithful, false);
    assert.equal(bundle.differs?.at, 1);
  }
  const same = bundleOf(record, { create: () => fakeEngine([load, { type: "wait", untilMs: 5 }, { type: "done", result: null }]), normalForm }, chance());
  assert.deepEqual([same.faithful, same.differs, same.seed, same.crossings.length], [true, undefined, 3, 3]);
});

test("a record that grows too large is let go", async () => {
  const answer: HttpAnswer = { status: 200, headers: {}, body: new Uint8Array(60) };
  const http: ScriptStep = { type: "http", requests: [{ service: "google", method: "GET", path: "/a", headers: {} }] };
  const { engine, record } = recorded(fakeEngine([http, http, http, { type: "done", result: null }]), 1, 100);
  engine.start({ name: "run" }, 1);
  engine.answered([answer], 2);
  assert.deepEqual([record.tooLarge, record.crossings.length], [false, 2]);
  engine.answered([answer], 3);
  engine.answered([answer], 4);
  assert.deepEqual([record.tooLarge, record.crossings.length], [true, 0]);

  const host = { storage: memoryStorage(), fetch: async () => ({ status: 200, headers: {}, body: new Uint8Array(33 * 1024 * 1024) }) };
  const scripts = [[http, { type: "done", result: null }], [{ type: "done", result: {} }]] as ScriptStep[][];
  const sync = syncOver(host, { create: () => fakeEngine(scripts.shift() ?? [{ type: "done", result: {} }]), seed: () => 1, googleBatch: false, normalForm });
  await sync.run();
  await assert.rejects(sync.replayBundle(), { code: "misuse" });
  await sync.preview();
  assert.equal((await sync.replayBundle()).crossings.length, 1, "the next one is kept");
});
