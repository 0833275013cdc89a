import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const MODULE = "virtual:engine";

/**
 * The engine as base64 in the script itself: Zoho's packer leaves `.wasm` files out without a word, and a frame may not
 * be allowed to fetch anything. The addresses of the file, of which bundlers would make a second copy, go.
 */
function inlineEngine(): Plugin {
  return {
    name: "inline-engine",
    enforce: "pre",
    resolveId: (id) => (id === MODULE ? `\0${MODULE}` : undefined),
    async load(id) {
      if (id !== `\0${MODULE}`) return undefined;
      const bytes = await readFile(here("../../pkg/accord_sync_bg.wasm"));
      return `export default ${JSON.stringify(bytes.toString("base64"))};`;
    },
    transform: (code) => code.replace(/new URL\((['"])[^'"]*_bg\.wasm\1, import\.meta\.url\)/g, "undefined"),
  };
}

/** One plain script: a module would be fetched across origins in a sandboxed frame, and refused. */
export default defineConfig({
  root: here("."),
  publicDir: here("pages"),
  plugins: [inlineEngine()],
  build: {
    outDir: here("dist/accord-widget/app"),
    emptyOutDir: true,
    target: "es2022",
    cssCodeSplit: false,
    modulePreload: false,
    lib: { entry: here("main.tsx"), formats: ["iife"], name: "accordWidget", fileName: () => "accord.js", cssFileName: "accord" },
  },
});
