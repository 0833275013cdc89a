import * as api from "./node_modules/accord-sync/lib/index.js";
import { outcome, syncTwice } from "./sync.js";

const before = new Set(Object.getOwnPropertyNames(globalThis));
document.title = await outcome(async () => {
  const done = await syncTwice(api, location.origin);
  return { ...done, globals: Object.getOwnPropertyNames(globalThis).filter((name) => !before.has(name)) };
});
