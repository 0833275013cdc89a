import { outcome, syncTwice } from "./sync.js";

/** What every global is, and every member of those that are classes or name spaces. */
function globals() {
  const found = new Map();
  const note = (path, owner) => {
    for (const key of Reflect.ownKeys(owner)) {
      const { value, get, set } = Object.getOwnPropertyDescriptor(owner, key);
      found.set(`${path}${String(key)}`, [value, get, set]);
    }
  };
  note("", globalThis);
  for (const [name, [value]] of [...found]) {
    if (typeof value !== "function" && !["Math", "JSON", "Reflect", "Intl", "Atomics", "WebAssembly"].includes(name)) continue;
    note(`${name}.`, value);
    if (value.prototype) note(`${name}.prototype.`, value.prototype);
  }
  return found;
}

const before = globals();
document.title = await outcome(async () => {
  // Loaded only here: what a module does when it is loaded counts as well.
  const api = await import("./node_modules/accord-sync/lib/index.js");
  const done = await syncTwice(api, location.origin);
  const changed = [...globals()].filter(([name, parts]) => parts.some((part, at) => !Object.is(part, before.get(name)?.[at])) || !before.has(name));
  return { ...done, globals: changed.map(([name]) => name) };
});
