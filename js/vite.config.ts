import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here("demo"),
  base: "./",
  publicDir: false,
  build: {
    outDir: here("dist"),
    emptyOutDir: true,
    target: "es2022",
    // The policy of the page allows no data: URLs, and the module is to stay a file of its own.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
