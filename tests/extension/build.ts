/** The extension's end-to-end build, pointed at one sandbox. */

import { cp, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** What `cargo xtask extension` builds for these tests has this in the place of a sandbox's origin. */
export const PLACEHOLDER = "http://127.0.0.1:65535";

const BUILT = fileURLToPath(new URL("../../js/extension/.output/e2e", import.meta.url));

/** A copy of the build for `browser` that speaks with `origin`; its folder is the caller's to remove. */
export async function extensionFor(browser: "chrome" | "firefox", origin: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "accord-extension-"));
  await cp(join(BUILT, `${browser}-mv3`), folder, { recursive: true });
  let places = 0;
  for (const name of await readdir(folder, { recursive: true })) {
    if (!/\.(?:js|json|html)$/.test(name)) continue;
    const path = join(folder, name);
    const text = await readFile(path, "utf8");
    places += text.split(PLACEHOLDER).length - 1;
    await writeFile(path, text.replaceAll(PLACEHOLDER, origin));
  }
  if (places === 0) throw new Error("This build names no sandbox: build the extension with `cargo xtask extension`.");
  return folder;
}
