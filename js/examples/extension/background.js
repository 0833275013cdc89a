import { browserFetch, createSync, isAccordError } from "accord-sync";
import module from "accord-sync/engine.wasm";
import { webextStorage } from "accord-sync/hosts/webext";

const service = (token) => ({ base: "http://localhost:8787", token: () => token });
const host = { storage: webextStorage(), fetch: browserFetch({ google: service("sandbox-google"), zoho: service("sandbox-zoho") }) };

// Listeners are added at once: the browser starts this script for an event, and stops it when nothing happens.
chrome.runtime.onInstalled.addListener(async () => {
  await chrome.alarms.create("sync", { periodInMinutes: 5 });
  await cycle();
});
chrome.alarms.onAlarm.addListener(cycle);

/** May be stopped anywhere: the next one goes on. */
async function cycle() {
  const sync = await createSync(host, { module: new URL(module, import.meta.url) });
  try {
    if ((await sync.status()).state === "off") await sync.activate({ calendar: (await sync.calendars())[0].id });
    const { questions } = await sync.run({ trigger: "poll" });
    await chrome.action.setBadgeText({ text: questions.length > 0 ? "?" : "" });
  } catch (error) {
    // Another window may be syncing. All else is for a person to see.
    if (!isAccordError(error, "locked")) await chrome.action.setBadgeText({ text: "!" });
    if (!isAccordError(error)) throw error;
  }
}
