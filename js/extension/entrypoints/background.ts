/** Connects the background to the browser. Every listener is added before anything is awaited: the browser wakes only these. */

import { browser } from "wxt/browser";
import { defineBackground } from "wxt/utils/define-background";
import { Background } from "../src/background.ts";
import { engineOver } from "../src/engine.ts";
import { Store } from "../src/memory.ts";
import { isRequest, reply } from "../src/messages.ts";
import { Tokens } from "../src/oauth/tokens.ts";
import { removeOrigin } from "../src/origin-rule.ts";
import type { Platform, Surroundings } from "../src/platform.ts";
import { registrations } from "../src/registrations.ts";
import { sentencesIn } from "../src/sentences.ts";
import { CENTRES, centreOf } from "../src/servers.ts";

export default defineBackground({ type: "module", main });

function main(): void {
  const platform = browser as unknown as Platform;
  const around: Surroundings = { platform, now: () => Date.now(), online: () => navigator.onLine };
  const store = new Store(platform.storage.local);
  const tokens = new Tokens(around, store, registrations);
  const ready = removeOrigin(browser.declarativeNetRequest as never, location.hostname);
  const background = new Background({
    around, store, tokens,
    engine: engineOver({ access: async (...wanted) => (await ready, tokens.access(...wanted)) }, async () => {
      const { zoho } = await store.read("accounts");
      return (centreOf(zoho?.centre) ?? CENTRES[0])?.api ?? "";
    }),
    sentences: (locale) => sentencesIn(locale, browser.i18n.getUILanguage()),
  });

  browser.alarms.onAlarm.addListener(({ name }) => void background.alarmed(name));
  browser.runtime.onStartup.addListener(() => void background.woke());
  browser.runtime.onInstalled.addListener(({ reason }) => {
    if (reason === "install") void background.opened();
  });
  browser.notifications.onClicked.addListener(() => void background.opened());
  browser.runtime.onMessage.addListener((message, _sender, respond) => {
    if (!isRequest(message)) return false;
    void reply(background.commands, message).then(respond);
    return true;
  });
  const pages = { urls: CENTRES.map(({ crm }) => `${new URL(crm).protocol}//${new URL(crm).hostname}/crm/*`) };
  browser.webRequest.onBeforeRequest.addListener((request) => {
    // Requests of no tab are the extension's own.
    if (request.tabId !== -1) background.sending(request.requestId, request as never);
    return undefined;
  }, pages, ["requestBody"]);
  browser.webRequest.onCompleted.addListener(({ requestId, statusCode }) => void background.sent(requestId, statusCode), pages);
  browser.webRequest.onErrorOccurred.addListener(({ requestId }) => void background.sent(requestId, undefined), pages);
  self.addEventListener("online", () => void background.connected());

  void background.started();
}
