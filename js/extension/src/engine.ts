/** The engine over this extension's storage and tokens. Loaded when first needed, once per life of the background. */

// Into the background's own script: service workers load no other one later.
import "../../src/replay/bundle.ts";
import { browserFetch, createSync, indexedDbStorage, type Host, type Service, type Sync } from "../../src/index.ts";
import { GOOGLE } from "./servers.ts";
import type { Tokens } from "./oauth/tokens.ts";

export interface Engine {
  sync(): Promise<Sync>;
  /** Requests of the extension's own, beside the sync's. */
  fetch: Host["fetch"];
}

/**
 * @param zohoBase the API server of the data centre in which the person's CRM is; asked before each request
 */
export function engineOver(tokens: Pick<Tokens, "access">, zohoBase: () => Promise<string>): Engine {
  const access = (service: Service) => (options: { refresh: boolean }) => tokens.access(service, options);
  const zoho = { base: "", token: access("zoho") };
  const send = browserFetch({ google: { base: GOOGLE.api, token: access("google") }, zoho });
  const fetch: Host["fetch"] = async (request, signal) => {
    zoho.base = await zohoBase();
    return send(request, signal);
  };
  // IndexedDB, not `storage.local`: a patch is one transaction, rows are found by prefix without reading the others, and with
  // `unlimitedStorage` no browser clears it away.
  const storage = indexedDbStorage("accord");
  let opening: Promise<Sync> | undefined;
  return {
    fetch,
    sync: () => (opening ??= createSync({ storage, fetch }).catch((error: unknown) => {
      opening = undefined;
      throw error;
    })),
  };
}
