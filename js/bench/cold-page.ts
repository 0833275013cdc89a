/** A page that measures a cold start in itself, or in a service worker. */

import { coldStart, type ColdStart } from "./cold.ts";

const module = new URL("../../pkg/accord_sync_bg.wasm", import.meta.url).href;

/** The worker is registered by this call and measures by its own clock, so that its registration is not counted. */
async function inServiceWorker(): Promise<ColdStart> {
  const registration = await navigator.serviceWorker.register("./cold-worker.js");
  const worker = registration.active ?? registration.waiting ?? registration.installing;
  if (!worker) throw new Error("no service worker was registered");
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise<ColdStart>((resolve, reject) => {
    port1.onmessage = ({ data }) => ("totalMs" in data ? resolve(data) : reject(new Error(String(data.error))));
  });
  worker.postMessage(module, [port2]);
  return answer;
}

const cold = { inWindow: () => coldStart(module), inServiceWorker };
export type Cold = typeof cold;
Object.assign(globalThis, { cold });
document.documentElement.dataset["ready"] = "true";
