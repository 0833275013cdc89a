import * as api from "./node_modules/accord-sync/lib/index.js";
import { outcome, syncTwice } from "./sync.js";

self.addEventListener("message", (event) => {
  event.waitUntil(outcome(() => syncTwice(api, location.origin)).then((text) => event.source.postMessage(text)));
});
