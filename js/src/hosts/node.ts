/** Storage in one file, for Node: a log of patches, written anew when most of it is history. */

import { createHash } from "node:crypto";
import { mkdir, open, readFile, rename, rm, stat, type FileHandle } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { AccordError } from "../errors.ts";
import type { NamedStorage, StoragePatch } from "../host.ts";

/** A log is written anew when it is longer than this and more than twice as long as its rows. */
const COMPACT_BYTES = 256 * 1024;
const CHECKSUM_LENGTH = 16;
const LINE_END = 0x0a;
/** Of a line: its length, its checksum and the blanks after them. */
const LONGEST_HEAD = 40;
/** How often a line is added again because another process put a new file in the place of the old one meanwhile. */
const TRIES = 3;

/** What is in the file, as of `length` bytes of the file `inode`. */
interface Content {
  inode: bigint;
  length: number;
  rows: Map<string, string>;
  /** Length of a file of just these rows. */
  live: number;
}

/**
 * Rows in the file `path`, whose folder is made. A patch is one line with a checksum, on the disk before `save` resolves;
 * of a line that a killed process wrote in part, nothing holds. Only its owner may read the file.
 *
 * Several processes may share the file: the engine keeps its lease in it, for Web Locks do not reach other processes. A
 * file that is damaged before its last line is set aside under `<path>.damaged` and the state is empty: after activating
 * again, what both sides hold is paired, not doubled.
 *
 * Rejects with an `AccordError`: `storage-full` when the disk is full, `storage-failed` when the file cannot be read or
 * written.
 *
 * @param path of the file; one for each synced account pair
 * @example
 * import { fileStorage } from "accord-sync/hosts/node";
 *
 * const host = { storage: fileStorage("state/accord.log"), fetch: browserFetch({ google, zoho }) };
 */
export function fileStorage(path: string): NamedStorage {
  const file = resolve(path);
  let known: Content | undefined;
  /** One operation at a time: patches apply in the order they were given. */
  let queue: Promise<unknown> = Promise.resolve();

  function next<T>(verb: "read" | "written", work: () => Promise<T>): Promise<T> {
    const result = queue.then(() => guarded(verb, work));
    queue = result.catch(() => undefined);
    return result;
  }

  async function rows(): Promise<Map<string, string>> {
    known = await current(file, known);
    return known.rows;
  }

  return {
    name: `file/${file}`,
    webLocks: false,
    load: (keys) => next("read", async () => {
      const kept = await rows();
      return Object.fromEntries(keys.flatMap((key) => {
        const text = kept.get(key);
        return text === undefined ? [] : [[key, text]];
      }));
    }),
    list: (prefix) => next("read", async () => Object.fromEntries([...await rows()].filter(([key]) => key.startsWith(prefix)))),
    async save(patch) {
      const line = await guarded("written", async () => lineOf(patch));
      if (line === undefined) return;
      await next("written", async () => {
        for (let tries = 1; !(await append(file, line)); tries++) {
          if (tries === TRIES) throw new Error("The file was replaced again and again.");
        }
        known = await current(file, known);
        if (known.length > COMPACT_BYTES && known.length > 2 * known.live) known = await compact(file, known.rows);
      });
    },
  };
}

/** None of an empty patch. The line says its own length, so that one that a kill cut short is known from a damaged one. */
function lineOf({ put, remove }: StoragePatch): string | undefined {
  const rows = Object.entries(put);
  if (!rows.every(([, text]) => typeof text === "string")) throw new TypeError("A row is text.");
  if (rows.length === 0 && remove.length === 0) return undefined;
  const json = JSON.stringify([rows, remove]);
  // The first line end closes what a killed process may have left unfinished.
  return `\n${Buffer.byteLength(json)} ${checksum(json)} ${json}\n`;
}

function checksum(json: string | Buffer): string {
  return createHash("sha256").update(json).digest("hex").slice(0, CHECKSUM_LENGTH);
}

/** The content of the file, read from where `known` ends if the file only grew since. */
async function current(file: string, known: Content | undefined): Promise<Content> {
  const status = await stat(file, { bigint: true }).catch(missing);
  if (status === undefined) return { inode: 0n, length: 0, rows: new Map(), live: 0 };
  const size = Number(status.size);
  const before = known?.inode === status.ino && known.length <= size ? known : undefined;
  if (before?.length === size) return before;
  const bytes = await readFile(file);
  const content: Content = before ? { ...before } : { inode: status.ino, length: 0, rows: new Map(), live: 0 };
  if (replay(bytes, content)) return content;
  await rename(file, `${file}.damaged`);
  return { inode: 0n, length: 0, rows: new Map(), live: 0 };
}

/** Adds what is whole to `content`. False when a line is damaged; one that was cut short is passed over. */
function replay(bytes: Buffer, content: Content): boolean {
  while (content.length < bytes.length) {
    const end = bytes.indexOf(LINE_END, content.length);
    const line = bytes.subarray(content.length, end === -1 ? undefined : end);
    const json = jsonOf(line);
    if (json === "damaged") return false;
    // The last line may still grow: another process may be at it.
    if (json === "short" && end === -1) break;
    content.length += line.length + (end === -1 ? 0 : 1);
    if (json === "short") continue;
    const [put, remove] = JSON.parse(json.toString()) as [[string, string][], string[]];
    for (const key of remove) content.rows.delete(key);
    for (const [key, text] of put) content.rows.set(key, text);
  }
  content.live = 0;
  for (const [key, text] of content.rows) content.live += key.length + text.length;
  return true;
}

function jsonOf(line: Buffer): Buffer | "short" | "damaged" {
  const [head, length, sum] = /^(\d+) ([0-9a-f]+) /.exec(line.toString("latin1", 0, LONGEST_HEAD)) ?? [];
  if (head === undefined) return line.length < LONGEST_HEAD ? "short" : "damaged";
  const json = line.subarray(head.length);
  if (json.length < Number(length)) return isJson(json) ? "damaged" : "short";
  return json.length === Number(length) && sum === checksum(json) ? json : "damaged";
}

/** A line that a kill cut short is none; one whose length is damaged is. */
function isJson(text: Buffer): boolean {
  try {
    JSON.parse(text.toString());
    return true;
  } catch {
    return false;
  }
}

/** Adds `line`; false when the file was meanwhile replaced by another process, which does not know the line. */
async function append(file: string, line: string): Promise<boolean> {
  await mkdir(dirname(file), { recursive: true });
  const handle = await open(file, "a", 0o600);
  try {
    const { ino, size } = await handle.stat({ bigint: true });
    await handle.appendFile(line);
    await handle.sync();
    if (size === 0n) await syncFolder(file);
    return (await stat(file, { bigint: true })).ino === ino;
  } finally {
    await handle.close();
  }
}

/** Writes the rows to a file beside and puts it in the place of the old one: either is there, whole, at any time. */
async function compact(file: string, rows: Map<string, string>): Promise<Content> {
  const line = lineOf({ put: Object.fromEntries(rows), remove: [] }) ?? "";
  const beside = `${file}.new`;
  await rm(beside, { force: true });
  const handle = await open(beside, "wx", 0o600);
  try {
    await handle.writeFile(line);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(beside, file);
  await syncFolder(file);
  return current(file, undefined);
}

/** A new name is on the disk once its folder is; Windows has no such call, and needs none. */
async function syncFolder(file: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle: FileHandle = await open(dirname(file), "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function missing(error: NodeJS.ErrnoException): undefined {
  if (error.code === "ENOENT") return undefined;
  throw error;
}

async function guarded<T>(verb: "read" | "written", work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    if (code === "ENOSPC" || code === "EDQUOT") {
      throw new AccordError("storage-full", "The disk has no room left to keep the sync state. Free some space, then sync again.", { cause });
    }
    throw new AccordError("storage-failed", `The file of the sync state could not be ${verb}. Check that its folder exists and that this user may write there.`, { cause });
  }
}
