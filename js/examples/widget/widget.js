import { createSync, isAccordError, memoryStorage } from "accord-sync/inline";
import { apiOrigin, widgetFetch, widgetUser } from "accord-sync/hosts/widget";
import { indexedDbStorage } from "accord-sync/hosts/indexeddb";

const [button, output] = document.querySelectorAll("button, output");
const zohoApi = apiOrigin(new URLSearchParams(location.search).get("serviceOrigin") ?? "");

ZOHO.embeddedApp.on("PageLoad", async () => {
  const user = widgetUser(await ZOHO.CRM.CONFIG.getCurrentUser());
  // A browser may refuse site data to a frame of another site: what is in the CRM and in Google is then paired anew.
  const storage = indexedDbStorage(`accord-widget-${user.id}`);
  const isKept = await storage.load(["settings"]).then(() => true, () => false);
  const sync = await createSync(
    { storage: isKept ? storage : memoryStorage(), fetch: widgetFetch({ crm: ZOHO.CRM, zohoApi }) },
    { googleBatch: false },
  );
  button.disabled = false;
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
});
ZOHO.embeddedApp.init();
