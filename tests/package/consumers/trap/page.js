// Runs a module that traps when it is told a certain time. The host tells it at a call of its choice.
import { browserFetch, createSync, memoryStorage } from "./node_modules/accord-sync/lib/index.js";
import { TRAP_AT } from "./when.js";

const access = (token) => ({ base: location.origin, token: () => token });

/** A sync whose instances of the module end with the n-th reading of the clock after `trapAfter(n)`. */
async function trapping() {
  let left = Infinity;
  const host = {
    storage: memoryStorage(),
    fetch: browserFetch({ google: access("sandbox-google"), zoho: access("sandbox-zoho") }),
    now: () => (--left <= 0 ? TRAP_AT : Date.now()),
    sleep: () => new Promise((resolve) => setTimeout(resolve, 5)),
  };
  const sync = await createSync(host, { module: new URL("./trapping.wasm", import.meta.url), googleBatch: true });
  return { sync, trapAfter: (calls) => (left = calls) };
}

async function active() {
  const made = await trapping();
  const calendar = (await made.sync.calendars()).find(({ primary }) => primary);
  await made.sync.activate({ calendar: calendar.id, direction: "google-to-crm" });
  return made;
}

const told = (error) => ({ code: error.code, message: error.message, isTrap: error.cause instanceof WebAssembly.RuntimeError });

globalThis.stories = {
  /** A first run and one more, without a trap. */
  async untroubled() {
    const { sync } = await active();
    await sync.run();
    return (await sync.run()).finished;
  },
  /** A run that traps at its n-th call, for n = 1, 2, 3 … until one comes through; then one more, without a trap. */
  async eachCall(most) {
    const { sync, trapAfter } = await active();
    const failures = [];
    for (let n = 1; n <= most; n++) {
      trapAfter(n);
      const report = await sync.run().catch((error) => void failures.push(told(error)));
      trapAfter(Infinity);
      if (report) {
        const again = await sync.run();
        return { failures, finished: again.finished, again: again.crm.created + again.crm.updated, state: (await sync.status()).state };
      }
    }
    return { failures };
  },
  /** Two syncs of one page share an instance: the one that traps takes the other one's command along, once. */
  async together() {
    const [one, other] = [await active(), await active()];
    const waiting = other.sync.calendars().then(() => "done", told);
    one.trapAfter(1);
    const failure = await one.sync.status().then(() => "done", told);
    one.trapAfter(Infinity);
    return { failure, waiting: await waiting, after: [await one.sync.status(), await other.sync.status()].map(({ state }) => state), calendars: (await other.sync.calendars()).length };
  },
  /** Traps one after the other; another instance each time. */
  async often(times) {
    const { sync, trapAfter } = await active();
    const codes = new Set();
    for (let n = 0; n < times; n++) {
      trapAfter(2);
      await sync.status().catch(({ code }) => codes.add(code));
      trapAfter(Infinity);
      codes.add((await sync.status()).state);
    }
    return [...codes];
  },
};
document.title = "ready";
