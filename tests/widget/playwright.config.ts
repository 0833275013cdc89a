import { defineConfig } from "@playwright/test";

const QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"];

export default defineConfig({
  testDir: ".",
  outputDir: "test-results",
  timeout: 90_000,
  expect: { timeout: 15_000 },
  workers: 2,
  retries: 0,
  forbidOnly: Boolean(process.env["CI"]),
  reporter: [["list"]],
  use: { locale: "en-GB", timezoneId: "Europe/Paris", viewport: { width: 900, height: 900 }, trace: "off", screenshot: "only-on-failure" },
  projects: [
    {
      name: "chromium",
      use: { browserName: "chromium", launchOptions: { executablePath: process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium", args: QUIET } },
    },
    {
      name: "firefox",
      grep: /@firefox/,
      use: { browserName: "firefox", channel: "moz-firefox", launchOptions: { executablePath: process.env["FIREFOX_PATH"] ?? "/usr/bin/firefox-esr" } },
    },
  ],
});
