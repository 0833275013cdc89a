// Compiles in strict mode against what is packed: the calls of the documentation, with the types that they give.
import { AccordError, browserFetch, createSync, ERROR_CODES, indexedDbStorage, isAccordError, memoryStorage, type ErrorCode, type Host, type Report, type Status, type Storage } from "accord-sync";
import { createSync as createInline } from "accord-sync/inline";
import { browserFetch as sameFetch } from "accord-sync/hosts/fetch";
import { indexedDbStorage as sameIndexedDb } from "accord-sync/hosts/indexeddb";
import { memoryStorage as sameMemory } from "accord-sync/hosts/memory";
import { fileStorage } from "accord-sync/hosts/node";
import { webextStorage, type WebextArea } from "accord-sync/hosts/webext";

declare const area: WebextArea;
const token = ({ refresh }: { refresh: boolean }) => (refresh ? undefined : "token");
const service = (base: string) => ({ base, token });
const storages: Storage[] = [indexedDbStorage(), memoryStorage(), sameIndexedDb("work"), sameMemory({}), fileStorage("state.log"), webextStorage({ area })];

export async function all(): Promise<Report | undefined> {
  for (const storage of storages) {
    const host: Host = { storage, fetch: browserFetch({ google: service("https://www.googleapis.com"), zoho: service("https://www.zohoapis.eu") }) };
    const sync = await createSync(host, { seed: 1, googleBatch: false });
    await createInline({ ...host, fetch: sameFetch({ google: service(""), zoho: service("") }) });
    sync[Symbol.dispose]();
    const [calendar] = await sync.calendars();
    if (!calendar) continue;
    const status: Status = await sync.activate({ calendar: calendar.id, direction: "two-way", limits: { laterSync: 100 } });
    for (const { id } of status.questions) await sync.resolve(id, "restore");
    try {
      return await sync.run({ signal: AbortSignal.timeout(1000), onProgress: ({ phase, total }) => void [phase.length, total?.toFixed()] });
    } catch (error) {
      if (isAccordError(error, "rate-limited")) error.retryAfterMs?.toFixed();
      const code: ErrorCode | undefined = error instanceof AccordError ? error.code : undefined;
      if (code !== undefined && !ERROR_CODES.includes(code)) throw error;
    }
  }
  // @ts-expect-error a direction that there is not
  await (await createSync(undefined as never)).activate({ calendar: "a", direction: "sideways" });
  return undefined;
}
