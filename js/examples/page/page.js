import { browserFetch, createSync, indexedDbStorage, isAccordError } from "accord-sync";
import module from "accord-sync/engine.wasm";

const service = (token) => ({ base: "http://localhost:8787", token: () => token });
const sync = await createSync(
  { storage: indexedDbStorage(), fetch: browserFetch({ google: service("sandbox-google"), zoho: service("sandbox-zoho") }) },
  { module: new URL(module, import.meta.url) },
);
const [button, output] = document.querySelectorAll("button, output");

button.onclick = async () => {
  try {
    const { state } = await sync.status();
    if (state === "off") await sync.activate({ calendar: (await sync.calendars())[0].id });
    const { google, crm } = await sync.run({ onProgress: ({ phase, done }) => (output.value = `${phase} ${done}`) });
    output.value = `${crm.created} meetings and ${google.created} events are new`;
  } catch (error) {
    if (!isAccordError(error)) throw error;
    output.value = error.message;
  }
};
