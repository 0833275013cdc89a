// Opens the page of a wasm-bindgen test server in headless Firefox, prints what it shows when the tests are over, and fails
// with them. Environment: FIREFOX_PATH (the browser).
// usage: node firefox-tests.mjs <address>
import { firefox } from "playwright-core";

const [address] = process.argv.slice(2);
const PATIENCE_MS = 120_000;

const browser = await firefox.launch({ channel: "moz-firefox", executablePath: process.env.FIREFOX_PATH });
try {
  const page = await browser.newPage();
  page.on("pageerror", (error) => console.error(error));
  await page.goto(address);
  const output = page.locator("#output");
  const over = page.waitForFunction(() => /^test result: /m.test(document.querySelector("#output")?.textContent ?? ""), undefined, { timeout: PATIENCE_MS });
  // What is there says how far they came.
  await over.catch((error) => console.error(error.message));
  const text = (await output.textContent()) ?? "";
  console.log(text);
  process.exitCode = /^test result: ok\b/m.test(text) ? 0 : 1;
} finally {
  await browser.close();
}
