import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { appendFile, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { AccordError } from "../src/errors.ts";
import { fileStorage } from "../src/hosts/node.ts";
import { storageContract } from "./storage-contract.ts";

const run = promisify(execFile);
let folder: string;
let files = 0;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "accord-"));
});
after(() => rm(folder, { recursive: true }));
const fresh = () => join(folder, `state ${++files}`, "accord.log");

for (const { name, run: check } of storageContract) {
  test(`file: ${name}`, async () => {
    const file = fresh();
    await check(fileStorage(file), () => fileStorage(file));
  });
}

test("a process killed in the middle of a write leaves the rows as they were before it", async () => {
  const file = fresh();
  await fileStorage(file).save({ put: { a: "1", b: "2" }, remove: [] });
  const whole = (await stat(file)).size;
  await fileStorage(file).save({ put: { a: "ü".repeat(20) }, remove: ["b"] });
  const full = await readFile(file);
  for (let length = whole; length < full.length; length++) {
    await writeFile(file, full.subarray(0, length));
    const next = fileStorage(file);
    // Only the end of the line is missing: the patch is there.
    const isWhole = length === full.length - 1;
    assert.deepEqual(await next.list(""), isWhole ? { a: "ü".repeat(20) } : { a: "1", b: "2" }, `cut at ${length}`);
    await next.save({ put: { c: "3" }, remove: ["a"] });
    assert.deepEqual(await fileStorage(file).list(""), isWhole ? { c: "3" } : { b: "2", c: "3" }, `after a cut at ${length}`);
  }
});

test("a process killed while it writes leaves whole patches, and all that it said were saved", async () => {
  const file = fresh();
  const child = `
    const { fileStorage } = await import(${JSON.stringify(new URL("../src/hosts/node.js", import.meta.url))});
    const storage = fileStorage(process.argv[1]);
    for (let n = 1; ; n++) {
      const rows = Array.from({ length: 100 }, (_, row) => ["row/" + row, String(n)]);
      await storage.save({ put: { ...Object.fromEntries(rows), ["last/" + n]: "" }, remove: ["last/" + (n - 1)] });
      process.stdout.write(n + "\\n");
    }
  `;
  for (const patches of [1, 7, 150]) {
    await rm(file, { force: true });
    const writer = spawn(process.execPath, ["--input-type=module", "--eval", child, file], { stdio: ["ignore", "pipe", "inherit"] });
    let said = 0;
    for await (const line of createInterface({ input: writer.stdout })) {
      said = Number(line);
      if (said === patches) writer.kill("SIGKILL");
    }
    const rows = Object.entries(await fileStorage(file).list(""));
    const numbers = new Set(rows.map(([key, text]) => Number(key.startsWith("last/") ? key.slice(5) : text)));
    assert.equal(rows.length, 101);
    assert.equal(numbers.size, 1, "one patch, whole");
    assert.ok([...numbers].every((n) => n >= said && n <= said + 1), `${[...numbers]} after ${said}`);
  }
});

test("a damaged file is set aside, and the state is empty: Accord then pairs both sides again", async () => {
  const file = fresh();
  const storage = fileStorage(file);
  await storage.save({ put: { a: "one row" }, remove: [] });
  await storage.save({ put: { b: "2" }, remove: [] });
  const text = await readFile(file, "utf8");
  for (const [whole, damaged] of [["one row", "one r0w"], ["\n22 ", "\n23 "], ["\n22 ", "\n21 "], ["[[", "[[[["]] as const) {
    assert.ok(text.includes(whole), whole);
    await writeFile(file, text.replace(whole, damaged));
    const next = fileStorage(file);
    assert.deepEqual(await next.list(""), {}, damaged);
    await next.save({ put: { c: "3" }, remove: [] });
    assert.deepEqual(await fileStorage(file).list(""), { c: "3" });
    assert.ok((await readFile(`${file}.damaged`, "utf8")).includes(damaged));
  }
});

test("a file that was set back, as by a backup, is read anew", async () => {
  const file = fresh();
  const storage = fileStorage(file);
  await storage.save({ put: { a: "1" }, remove: [] });
  const { size } = await stat(file);
  await storage.save({ put: { a: "2" }, remove: [] });
  await truncate(file, size);
  assert.deepEqual(await storage.load(["a"]), { a: "1" });
});

test("another process's rows are seen at once, also when it wrote the file anew", async () => {
  const file = fresh();
  const [mine, other] = [fileStorage(file), fileStorage(file)];
  await mine.save({ put: { a: "1" }, remove: [] });
  await other.save({ put: { b: "2" }, remove: [] });
  assert.deepEqual(await mine.list(""), { a: "1", b: "2" });
  for (let n = 0; n < 4; n++) await other.save({ put: { big: `${n}`.repeat(100_000) }, remove: [] });
  assert.ok((await stat(file)).size < 250_000, "the file was written anew");
  await mine.save({ put: { c: "3" }, remove: ["a"] });
  assert.deepEqual(Object.keys(await other.list("")).sort(), ["b", "big", "c"]);
});

test("processes that write at once lose none of their patches", async () => {
  const file = fresh();
  const child = `
    const { fileStorage } = await import(${JSON.stringify(new URL("../src/hosts/node.js", import.meta.url))});
    const [file, prefix] = process.argv.slice(1);
    const storage = fileStorage(file);
    for (let n = 0; n < 40; n++) await storage.save({ put: { [prefix + n]: "row ".repeat(50) }, remove: [] });
  `;
  await Promise.all(["x", "y", "z"].map((prefix) => run(process.execPath, ["--input-type=module", "--eval", child, file, prefix])));
  const rows = await fileStorage(file).list("");
  assert.equal(Object.keys(rows).length, 3 * 40);
  assert.deepEqual((await readdir(join(file, ".."))).filter((name) => name.endsWith(".damaged")), []);
});

test("only the owner may read the file", { skip: process.platform === "win32" && "Windows has other rights" }, async () => {
  const file = fresh();
  await fileStorage(file).save({ put: { a: "1" }, remove: [] });
  assert.equal((await stat(file)).mode & 0o077, 0);
});

test("what cannot be written is storage-failed; a full disk is storage-full", { skip: process.platform !== "linux" && "needs /dev/full" }, async () => {
  const fails = (code: string) => (error: unknown) => error instanceof AccordError && error.code === code;
  await assert.rejects(fileStorage("/dev/null/accord.log").save({ put: { a: "1" }, remove: [] }), fails("storage-failed"));
  await appendFile(join(folder, "file"), "");
  await assert.rejects(fileStorage(join(folder, "file", "accord.log")).load(["a"]), fails("storage-failed"));
  await assert.rejects(fileStorage("/dev/full").save({ put: { a: "1" }, remove: [] }), fails("storage-full"));
});
