import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { syncOver, type EngineSource, type Sync } from "../src/sync.ts";
import type { ReplayBundle } from "../src/types.ts";
import { Overheard, Sandbox } from "./sandbox.ts";

const pkg = new URL("../../../pkg/", import.meta.url);
const glue = (await import(new URL("accord_sync.js", pkg).href)) as { initSync(options: { module: Uint8Array }): void; Engine: new (seed: number) => ReturnType<EngineSource["create"]>; normalForm: EngineSource["normalForm"] };
glue.initSync({ module: await readFile(new URL("accord_sync_bg.wasm", pkg)) });

function syncWith({ host }: Overheard): Sync {
  return syncOver(host, { create: (seed) => new glue.Engine(seed), normalForm: glue.normalForm, seed: () => 7, googleBatch: true });
}

test("try", async () => {
  const sandbox = await Sandbox.start("--events", "60", "--meetings", "60");
  try {
    const heard = new Overheard(sandbox);
    const sync = syncWith(heard);
    await sync.activate({ calendar: "ana@example.com", direction: "two-way", firstMatch: "match" });
    const say = async (name: string) => {
      const t = performance.now();
      const bundle: ReplayBundle = await sync.replayBundle();
      console.log(name, bundle.faithful, bundle.differs, bundle.crossings.length, JSON.stringify(bundle).length, Math.round(performance.now() - t), "ms");
      if (!bundle.faithful) (await import("node:fs")).writeFileSync(`/tmp/trust/${name}.json`, JSON.stringify(bundle, null, 1));
    };
    console.log((await sync.run()).crm); await say("first");
    for (let n = 0; n < 6; n++) {
      await sandbox.later(300_000);
      await sandbox.ask("POST", "/sandbox/edits", { count: 12, seed: n, side: "google" });
      await sandbox.ask("POST", "/sandbox/edits", { count: 12, seed: n, side: "crm" });
      if (n % 2) { await sync.preview(); await say(`preview${n}`); }
      const r = await sync.run(); console.log(r.crm, r.google, r.conflicts.length); await say(`run${n}`);
    }
    await sync.verify(); await say("verify");
    await sync.undo(); await say("undo");
  } finally {
    await sandbox.stop();
  }
});
