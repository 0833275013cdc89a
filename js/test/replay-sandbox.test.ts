/**
 * I26: replay bundles of cycles over the sandbox, in worlds where every text that somebody could type holds a marker. Needs the
 * sandbox server, the built module, and `cargo xtask` itself to play the bundles.
 */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { syncOver, type EngineSource, type Sync } from "../src/sync.ts";
import type { ReplayBundle } from "../src/types.ts";
import { fromEnvironment, Overheard, Sandbox } from "./sandbox.ts";

const PKG = new URL("../../../pkg/", import.meta.url);
const glue = (await import(new URL("accord_sync.js", PKG).href)) as {
  initSync(options: { module: Uint8Array }): void;
  Engine: new (seed: number) => ReturnType<EngineSource["create"]>;
  normalForm: EngineSource["normalForm"];
};
glue.initSync({ module: await readFile(new URL("accord_sync_bg.wasm", PKG)) });

const MARKER = "zimzumquark";
/** A title of Accord's, and a parameter that Google names in an error. */
const OF_NOBODY = ["Not Provided", "syncToken"];
const CALENDAR = "ana@example.com";
const HOUR = 3_600_000;
const folder = await mkdtemp(join(tmpdir(), "accord-replay-"));
after(() => rm(folder, { recursive: true }));

function syncOf({ host }: Overheard, googleBatch = true): Sync {
  return syncOver(host, { create: (seed) => new glue.Engine(seed), normalForm: glue.normalForm, seed: () => 7, googleBatch });
}

/** Runs `story` in a planted world of some size. */
function told(name: string, options: string[], story: (world: { sandbox: Sandbox; heard: Overheard; sync: Sync }) => Promise<void>): void {
  test(name, { timeout: 120_000 }, async () => {
    const sandbox = await Sandbox.start(...options);
    try {
      await plant(sandbox);
      const heard = new Overheard(sandbox, MARKER);
      await story({ sandbox, heard, sync: syncOf(heard) });
    } finally {
      await sandbox.stop();
    }
  });
}

/** A marker in every text, name and address that Ana can enter on either side. */
async function plant(sandbox: Sandbox): Promise<void> {
  const at = (hour: number) => new Date(Date.parse("2026-11-25T00:00:00Z") + hour * HOUR).toISOString().replace(".000Z", "+00:00");
  await sandbox.ask("POST", "/sandbox/google/list", { calendar: "primary", title: `Calendar of ${MARKER}` });
  const html = `<p title="${MARKER}">Bring <b>${MARKER}</b> &amp; caf&eacute; ${MARKER}&#101;</p><!-- ${MARKER} --><ol><li>${MARKER}</li><li>two</li></ol>`
    + `<a href="https://${MARKER}.example.com/?q=${MARKER}&amp;r=1">the ${MARKER}</a><script>${MARKER}</script><${MARKER}>x</${MARKER}>`;
  const guests = [{ email: `${MARKER}@example.com`, displayName: `Zoe ${MARKER}` }, { email: "ben@example.com", displayName: MARKER.toUpperCase() }];
  const events = [
    { summary: `${MARKER} one`, description: html, location: `Room ${MARKER}`, attendees: guests },
    { summary: `${MARKER.toUpperCase()}: a private matter`, description: MARKER, location: MARKER, visibility: "private" },
    { summary: `${"long ".repeat(60)}${MARKER}`, description: `<b>${MARKER} </b>`.repeat(40), extendedProperties: { private: { [MARKER]: MARKER }, shared: { [MARKER]: MARKER } } },
    { summary: `Same ${MARKER}`, location: "Here" }, { summary: `Same ${MARKER}`, location: "There" },
  ];
  for (const [index, event] of events.entries()) {
    const hour = 8 + Math.min(index, 3);
    const times = { start: { dateTime: at(hour) }, end: { dateTime: at(hour + 1) } };
    await sandbox.ask("POST", "/calendar/v3/calendars/primary/events", { ...event, ...times, reminders: { useDefault: false, overrides: [{ method: "popup", minutes: 5 + index }] } });
  }
  const meeting = (title: string, hour: number, more: object = {}) => ({
    Event_Title: title, Start_DateTime: at(hour), End_DateTime: at(hour + 1), Meeting_Venue__s: "In-office", Venue: `Floor ${MARKER}`, Description: `1. ${MARKER}\n2. ${MARKER} <b>&amp;`, ...more,
  });
  await sandbox.ask("POST", "/crm/v8/Contacts", { data: [{ Last_Name: MARKER, Email: `contact.${MARKER}@example.com` }] });
  await sandbox.ask("POST", "/crm/v8/Events", { data: [
    meeting(`Visit ${MARKER}`, 14, { Participants: [{ type: "email", participant: `crm.${MARKER}@example.com` }] }),
    meeting(`Same ${MARKER}`, 11, { Venue: "Elsewhere" }), meeting(`Same ${MARKER}`, 11, { Venue: "Nowhere" }),
    meeting(`Twin ${MARKER}`, 14), meeting(`Other twin ${MARKER}`, 14),
  ] });
}

/** The bundle of the last cycle, after it was shown to be faithful, to tell nothing, and to be replayed natively. */
async function bundleOf(sync: Sync, heard: Overheard, name: string): Promise<ReplayBundle> {
  const bundle = await sync.replayBundle();
  const file = join(folder, `${name.replaceAll(" ", "-")}.json`);
  await writeFile(file, JSON.stringify(bundle));
  assert.deepEqual([bundle.faithful, bundle.differs], [true, undefined], name);
  tellsNothing(JSON.stringify(bundle), heard);
  const { code, output } = await replayed(file);
  assert.equal(code, 0, `${name}: ${output}`);
  assert.match(output, new RegExp(`\\n${bundle.crossings.length} steps, the same as in the bundle`));
  return bundle;
}

/** Every member of the engine's own rows is known to the translation: what it does not know, it leaves out. */
async function keepsMembers(bundle: ReplayBundle, { host }: Overheard): Promise<void> {
  const members = (row: string) => [...new Set(row.match(/"\w+"(?=:)/g))].sort();
  const keys = ["settings", "state", "intents", "parked"];
  const original = await host.storage.load(keys);
  const translated = Object.assign({}, ...bundle.crossings.map((crossing) => (crossing.call === "loaded" ? crossing.rows : {}))) as Record<string, string>;
  let compared = 0;
  for (const key of keys) {
    if (translated[key] === undefined || original[key] === undefined) continue;
    compared += members(original[key]).length;
    assert.deepEqual(members(translated[key]), members(original[key]), key);
  }
  assert.ok(compared > 60, `${compared} members`);
}

/** Neither the marker, nor any address, id, token or text that crossed. */
function tellsNothing(bundle: string, { texts }: Overheard): void {
  assert.ok(!bundle.toLowerCase().includes(MARKER), "the marker got through");
  const heard = texts.join("\n").replaceAll('\\"', '"');
  const originals = new Set([
    ...Array.from(heard.matchAll(/[\w.+-]+@[\w-]+\.[\w.-]+/g), ([address]) => address),
    ...Array.from(heard.matchAll(/"(?:id|etag|nextSyncToken|nextPageToken|next_page_token|recurringEventId|accordCrm|accordBase)":\s*"+([^"\\]{6,})/g), ([, id = ""]) => id),
    ...Array.from(heard.matchAll(/"(?:summary|description|location|displayName|Event_Title|Venue|Description|name)":\s*"([^"\\]{9,})/g), ([, text = ""]) => text),
    ...Array.from(heard.matchAll(/(?<=["'/=])\d{17,19}(?=["'/?&,])/g), ([number]) => number),
  ].filter((text) => /\w/.test(text) && !OF_NOBODY.includes(text)));
  assert.ok(originals.size > 10, "too little was heard to compare with");
  const words = new Set(bundle.split(/[^\w@.+-]+/));
  for (const original of originals) assert.ok(!(/[^\w@.+-]/.test(original) ? bundle.includes(original) : words.has(original)), `${original} got through`);
}

async function replayed(file: string): Promise<{ code: number; output: string }> {
  try {
    const { stdout, stderr } = await promisify(execFile)(fromEnvironment("ACCORD_XTASK"), ["replay", file], { timeout: 30_000 });
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, output: `${stdout}${stderr}` };
  }
}

told("I26: a first sync of both directions, and its preview, verification and undo", ["--events", "40", "--meetings", "40"], async ({ heard, sync }) => {
  await assert.rejects(sync.replayBundle(), { code: "misuse" });
  await sync.activate({ calendar: CALENDAR, guests: "add-as-contacts" });
  await assert.rejects(sync.replayBundle(), { code: "misuse" }, "to activate is no cycle");
  await sync.preview();
  await bundleOf(sync, heard, "preview");
  const { google, crm, questions } = await sync.run();
  assert.ok(google.created > 30 && crm.created > 30, "both sides are written");
  assert.equal(questions.length, 1, "the alike ones are asked about");
  const bundle = await bundleOf(sync, heard, "first sync");
  assert.ok(bundle.crossings.some(({ step }) => step?.type === "http" && step.requests.some(({ path }) => path.startsWith("/batch/"))), "a batch was sent");
  await sync.verify();
  await keepsMembers(await bundleOf(sync, heard, "verify"), heard);
  await sync.undo();
  await bundleOf(sync, heard, "undo");
});

told("I26: changes of both sides, conflicts and deletions", ["--events", "40", "--meetings", "40"], async ({ sandbox, heard, sync }) => {
  await sync.activate({ calendar: CALENDAR, conflict: "google" });
  await sync.run();
  let conflicts = 0;
  let deleted = 0;
  for (const round of [1, 2, 3]) {
    await sandbox.later(10 * 60_000);
    await sandbox.ask("POST", "/sandbox/edits", { count: 15, seed: round, side: "google" });
    await sandbox.ask("POST", "/sandbox/edits", { count: 15, seed: round, side: "crm" });
    await sandbox.ask("POST", "/sandbox/deeds", { side: "google", what: `${MARKER} one`, do: "change", fields: { location: `Google's ${MARKER} ${round}` } });
    await sandbox.ask("POST", "/sandbox/deeds", { side: "crm", what: `${MARKER} one`, do: "change", fields: { Venue: `The CRM's ${MARKER} ${round}` } });
    if (round === 2) await sandbox.ask("POST", "/sandbox/deeds", { side: "google", what: `Twin ${MARKER}`, do: "delete" });
    if (round === 3) {
      // Everything is read again, private events among it; that nobody touched them decides what a deletion in the CRM means.
      await sandbox.ask("POST", "/sandbox/sync-tokens/expire");
      await sandbox.ask("POST", "/sandbox/deeds", { side: "crm", what: await busyOf(sandbox), do: "delete" });
    }
    const report = await sync.run();
    conflicts += report.conflicts.length;
    deleted += report.crm.deleted + report.google.deleted;
    const bundle = await bundleOf(sync, heard, `changes ${round}`);
    assert.deepEqual(ended(bundle), { type: "done", conflicts: report.conflicts.length });
  }
  assert.ok(conflicts >= 3 && deleted >= 1, `${conflicts} conflicts, ${deleted} deletions`);
  await sync.run();
  await bundleOf(sync, heard, "nothing to do");
});

told("I26: a cycle that goes on after a kill", ["--events", "30", "--meetings", "120"], async ({ heard, sync }) => {
  await sync.activate({ calendar: CALENDAR });
  const killed = sync.run();
  await heard.killed(9);
  void killed;
  const next = syncOf(heard);
  await next.run();
  await bundleOf(next, heard, "after a kill");
});

for (const [name, settings, switches] of [
  ["instances of series", { recurring: "instances" }, []],
  ["private events included, guests made contacts", { privateEvents: "include", guests: "add-as-contacts" }, []],
  ["private events skipped, no batches", { privateEvents: "skip", conflict: "crm" }, ["batch"]],
  ["Google to the CRM, in another zone", { direction: "google-to-crm" }, ["--zone", "Asia/Kolkata"]],
  ["the CRM to Google", { direction: "crm-to-google" }, []],
  ["everything imported, under a lease and limits", { deletions: "keep", firstMatch: "import-all", limits: { firstSync: 40, laterSync: 8 } }, ["lease"]],
] as const) {
  const options = switches.filter((option) => option !== "batch" && option !== "lease");
  told(`I26: ${name}`, ["--events", "30", "--meetings", "30", ...options], async ({ sandbox }) => {
    const heard = new Overheard(sandbox, MARKER, !switches.includes("lease" as never));
    const sync = syncOf(heard, !switches.includes("batch" as never));
    await sync.activate({ calendar: CALENDAR, ...settings });
    await sync.run();
    await bundleOf(sync, heard, `${name} first`);
    for (const [round, fault] of [
      { service: "zoho", method: "POST", path: "/crm/v8/Events", kind: "drop", when: "after" },
      { service: "google", path: "/batch", kind: "truncate" },
      { service: "zoho", kind: "bad-record", index: 1, code: "INVALID_DATA", times: 2 },
    ].entries()) {
      await sandbox.later([300_000, 30_000, 86_400_000][round] ?? 0);
      await sandbox.ask("POST", "/sandbox/edits", { count: 10, seed: round, side: "google" });
      await sandbox.ask("POST", "/sandbox/edits", { count: 10, seed: round, side: "crm" });
      await sandbox.ask("POST", "/sandbox/faults", fault);
      await sync.run();
      await bundleOf(sync, heard, `${name} ${round}`);
      await sandbox.ask("DELETE", "/sandbox/faults");
    }
  });
}

for (const [title, fault, code] of [
  ["500 of the CRM", { service: "zoho", method: "POST", path: "/crm/v8/Events", status: 500, times: 0, body: { code: "INTERNAL_ERROR", message: MARKER, details: { [MARKER]: MARKER } } }, "server-error"],
  ["403 of Google", { service: "google", path: "/calendar/v3/calendars", status: 403, times: 0, body: { error: { code: 403, message: MARKER, errors: [{ reason: MARKER, domain: MARKER, message: MARKER }] } } }, "forbidden"],
  ["page that is no JSON", { service: "zoho", path: "/crm/v8/coql", kind: "not-json", times: 0 }, "bad-response"],
  ["wait that is asked for", { service: "google", path: "/calendar/v3/calendars", status: 429, retryAfter: 3_600, times: 0 }, "rate-limited"],
] as const) {
  told(`I26: a cycle that fails because of a ${title} fails so again`, ["--events", "20"], async ({ sandbox, heard, sync }) => {
    await sync.activate({ calendar: CALENDAR });
    await sandbox.ask("POST", "/sandbox/faults", { ...fault, ...("body" in fault && { body: JSON.stringify(fault.body) }) });
    await assert.rejects(sync.run(), { code });
    const bundle = await bundleOf(sync, heard, title);
    assert.deepEqual(ended(bundle), { type: "failed", code });
  });
}

told("I26: a bundle that was tampered with, or is none, is told", [], async ({ heard, sync }) => {
  await sync.activate({ calendar: CALENDAR });
  await sync.run();
  const bundle = await bundleOf(sync, heard, "whole");
  const file = join(folder, "tampered.json");
  const at = bundle.crossings.findIndex(({ step }) => step?.type === "http");
  const written = JSON.stringify(bundle, (key, value: unknown) => (key === "minutes" && value === 5 ? 6 : value)).replace("maxResults=2500", "maxResults=250");
  await writeFile(file, written);
  const { code, output } = await replayed(file);
  assert.equal(code, 1, output);
  assert.match(output, new RegExp(`step ${at} \\(http, after \`\\w+\`\\) differs at /requests/0/path`));
  await writeFile(file, JSON.stringify(bundle).slice(0, -20));
  assert.match((await replayed(file)).output, /is no replay bundle/);
});

/** The meeting of the planted private event, which shows nothing but its time. */
async function busyOf(sandbox: Sandbox): Promise<string> {
  const meetings = (await sandbox.ask("GET", "/sandbox/crm-events")) as { id: string; Event_Title: string; Start_DateTime: string }[];
  const found = meetings.find(({ Event_Title, Start_DateTime }) => Event_Title === "Busy" && Date.parse(Start_DateTime) === Date.parse("2026-11-25T09:00:00Z"));
  assert.ok(found, "the private event is busy time");
  return found.id;
}

function ended({ crossings }: ReplayBundle): object {
  const step = crossings.at(-1)?.step;
  if (step?.type === "failed") return { type: step.type, code: step.error.code };
  return step?.type === "done" ? { type: step.type, conflicts: (step.result as { conflicts: unknown[] }).conflicts.length } : {};
}
