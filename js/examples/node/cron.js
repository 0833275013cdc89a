// */5 * * * *  node cron.js state/accord.log
import { browserFetch, createSync, isAccordError } from "accord-sync";
import { fileStorage } from "accord-sync/hosts/node";

const service = (token) => ({ base: "http://localhost:8787", token: () => token });
const sync = await createSync({
  storage: fileStorage(process.argv[2] ?? "accord.log"),
  fetch: browserFetch({ google: service("sandbox-google"), zoho: service("sandbox-zoho") }),
});

try {
  if ((await sync.status()).state === "off") await sync.activate({ calendar: (await sync.calendars())[0].id });
  const { google, crm, remaining } = await sync.run({ trigger: "poll", deadlineMs: Date.now() + 4 * 60_000 });
  console.log(`${crm.created} meetings and ${google.created} events are new, ${remaining} are left for the next time`);
} catch (error) {
  if (!isAccordError(error)) throw error;
  console.error(`${error.code}: ${error.message}`);
  // A job that is still running is no failure of this one.
  process.exitCode = error.code === "locked" ? 0 : 1;
}
