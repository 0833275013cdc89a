import { readFileSync } from "node:fs";
import type { Plugin } from "vite";
import { defineConfig } from "wxt";
import { CENTRES, GOOGLE, originsOf } from "./src/servers.ts";

/** The end-to-end build talks to this origin alone, which stands for all servers; what is published has none. */
const sandbox = process.env["ACCORD_SANDBOX_ORIGIN"];
const hostOf = (url: string) => `${new URL(url).protocol}//${new URL(url).hostname}/*`;
const testHosts = sandbox === undefined ? [] : [hostOf(sandbox)];
const google = [...new Set([GOOGLE.api, GOOGLE.token].map(hostOf))];
const zoho = CENTRES.flatMap(originsOf);
/** What may be asked over the network: these, and nothing that a defect or a foreign text could name. */
const servers = sandbox === undefined ? [...new Set([GOOGLE.api, GOOGLE.token, ...CENTRES.flatMap(({ accounts, api }) => [accounts, api])].map((url) => new URL(url).origin))] : [sandbox];

/** One version for all that is built here. */
const version = /^version = "(.+)"$/m.exec(readFileSync(new URL("../../Cargo.toml", import.meta.url), "utf8"))?.[1];
if (version === undefined) throw new Error("Cargo.toml names no version.");

const policy = [
  "default-src 'none'", "script-src 'self' 'wasm-unsafe-eval'", "style-src 'self'", "img-src 'self'", "font-src 'none'",
  `connect-src 'self' ${servers.join(" ")}`, "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'", "object-src 'none'",
].join("; ");

/**
 * Preact can set HTML on request. No page here asks for it, and with this nothing could: what would be HTML becomes text.
 * The linter of Firefox's store warns of the assignment wherever it stands.
 */
const noHtml: Plugin = {
  name: "no-html",
  transform(code, id) {
    if (!/\/preact\/dist\/preact\.mjs$/.test(id)) return undefined;
    const text = code.replace(/(\w+)\.innerHTML=(\w+)\.__html/, "$1.textContent=$2.__html");
    if (text === code) throw new Error("This version of Preact sets HTML in another way: see to it before it ships.");
    return { code: text, map: null };
  },
};

export default defineConfig({
  manifestVersion: 3,
  targetBrowsers: ["chrome", "firefox"],
  imports: false,
  outDir: sandbox === undefined ? ".output" : ".output/e2e",
  outDirTemplate: "{{browser}}-mv{{manifestVersion}}",
  // `cargo xtask extension` archives the sources of the whole tree: this folder alone does not build.
  zip: { artifactTemplate: "accord-{{browser}}.zip", zipSources: false },
  vite: () => ({
    plugins: [noHtml],
    define: { __SANDBOX__: sandbox === undefined ? "undefined" : JSON.stringify(sandbox) },
    build: {
      target: "es2022", assetsInlineLimit: 0, modulePreload: { polyfill: false },
      // What the background imports for good, the library loads later elsewhere.
      rolldownOptions: { checks: { ineffectiveDynamicImport: false } },
    },
  }),
  manifest: ({ browser }) => ({
    version,
    name: "__MSG_name__",
    description: "__MSG_description__",
    default_locale: "en",
    permissions: ["alarms", "storage", "unlimitedStorage", "identity", "notifications", "webRequest", "declarativeNetRequestWithHostAccess"],
    host_permissions: sandbox === undefined ? google : testHosts,
    ...(sandbox === undefined && { optional_host_permissions: zoho }),
    content_security_policy: { extension_pages: policy },
    action: { default_title: "Accord" },
    icons: { 16: "icon/16.png", 32: "icon/32.png", 48: "icon/48.png", 128: "icon/128.png" },
    ...(browser === "firefox"
      ? {
          browser_specific_settings: {
            gecko: {
              id: process.env["WXT_FIREFOX_ID"] ?? "accord@accord.example",
              strict_min_version: "142.0",
              data_collection_permissions: { required: ["authenticationInfo", "personallyIdentifyingInfo", "personalCommunications"] },
            },
          },
        }
      : { minimum_chrome_version: "120", ...(process.env["WXT_CHROME_KEY"] && { key: process.env["WXT_CHROME_KEY"] }) }),
  }),
});
