// What each consumer does with the package: a first sync, and one more, which has nothing left to do.

/** `api` is what `accord-sync` exports, however the consumer came by it. */
export async function syncTwice(api, origin, options) {
  const access = (token) => ({ base: origin, token: () => token });
  const sync = await api.createSync(
    { storage: api.memoryStorage(), fetch: api.browserFetch({ google: access("sandbox-google"), zoho: access("sandbox-zoho") }) },
    options,
  );
  const calendar = (await sync.calendars()).find(({ primary }) => primary);
  await sync.activate({ calendar: calendar.id, direction: "google-to-crm" });
  const first = await sync.run();
  const replay = await sync.replayBundle().then(({ faithful }) => faithful, ({ code }) => code);
  const second = await sync.run();
  return { created: first.crm.created, again: second.crm.created + second.crm.updated, finished: second.finished, replay };
}

/** The outcome as text that any test can read: numbers, or the code of the error. */
export async function outcome(work) {
  try {
    return JSON.stringify(await work());
  } catch (error) {
    return JSON.stringify({ error: error.code ?? error.name, message: error.message });
  }
}
