/** Lays out the consumers outside of the workspace, each with the archive installed by npm, as people would have it. */

import { execFile } from "node:child_process";
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { fromEnvironment } from "./sandbox.ts";

const run = promisify(execFile);
const SOURCES = fileURLToPath(new URL("consumers", import.meta.url));
export const CONSUMERS = ["plain", "csp", "vite", "webpack", "esbuild", "node", "hosts", "trap", "examples", "reference"];

/** The folder that the sandbox serves: one folder for each consumer. */
export function consumersFolder(): string {
  return join(dirname(fromEnvironment("ACCORD_PACKAGE")), "consumers");
}

export default async function install(): Promise<void> {
  const folder = consumersFolder();
  const archive = fromEnvironment("ACCORD_PACKAGE");
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const consumer of CONSUMERS) {
    const home = join(folder, consumer);
    await mkdir(home);
    await cp(join(SOURCES, consumer), home, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
      // What has no files here is filled by its test.
      if (error.code !== "ENOENT") throw error;
    });
    await cp(join(SOURCES, "sync.js"), join(home, "sync.js"));
    await writeFile(join(home, "package.json"), JSON.stringify({ name: `consumer-${consumer}`, private: true, type: "module" }));
    // The package needs no other: nothing is fetched.
    await run("npm", ["install", "--offline", "--no-audit", "--no-fund", "--no-save", archive], { cwd: home });
  }
}
