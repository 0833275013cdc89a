/** Runs in the extension's service worker and in its page. */

import { webextStorage, type WebextArea } from "accord-sync/hosts/webext";
import { contract, fill, watchPairs, writePairs, type Result } from "./in-page.ts";

declare const chrome: {
  storage: { local: WebextArea };
  runtime: { onMessage: { addListener(heard: (rounds: number, sender: unknown, reply: (done: true) => void) => true): void } };
};

/** The browser's own area, which breaks off before a call, as when the worker is killed there. */
function dying(killAt: number): WebextArea {
  const { local } = chrome.storage;
  let calls = 0;
  const alive = () => {
    if (++calls >= killAt) throw new Error("killed");
  };
  return {
    get: async (keys) => (alive(), local.get(keys)),
    set: async (items) => (alive(), local.set(items)),
    remove: async (keys) => (alive(), local.remove(keys)),
  };
}

/** What is stored after a kill before the first call of a patch, the second, and so on. */
async function kills(): Promise<string[]> {
  const states: string[] = [];
  for (let killAt = 1; killAt <= 5; killAt++) {
    const name = `kill-${killAt}`;
    await webextStorage({ name }).save({ put: { a: "1", b: "1" }, remove: [] });
    await webextStorage({ name, area: dying(killAt) }).save({ put: { a: "2" }, remove: ["b"] }).catch(() => undefined);
    states.push(JSON.stringify(await webextStorage({ name }).list("")));
    await webextStorage({ name }).save({ put: {}, remove: ["a", "b"] });
  }
  return states;
}

const api = {
  contract: (): Promise<Result[]> => contract((name) => webextStorage({ name })),
  fill: (n: number) => fill(webextStorage({ name: "fill" }), n),
  kills,
  writePairs: (n: number) => writePairs(webextStorage({ name: "pairs" }), n),
  watchPairs: (n: number) => watchPairs(webextStorage({ name: "pairs" }), n),
  /** A patch whose rows are not removed yet, for the next start of the browser. */
  leave: async () => {
    await webextStorage({ name: "left" }).save({ put: { a: "1", b: "1" }, remove: [] });
    await webextStorage({ name: "left", area: dying(3) }).save({ put: { a: "2" }, remove: ["b"] });
  },
  found: () => webextStorage({ name: "left" }).list(""),
};
export type ExtensionApi = typeof api;

Object.assign(globalThis, { api });

// A page asks the background to write, where a test cannot ask it itself.
chrome.runtime.onMessage.addListener((rounds, _, reply) => {
  void api.writePairs(rounds).then(() => reply(true));
  return true;
});
