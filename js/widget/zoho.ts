/** Finds the CRM around the frame: loads Zoho's SDK, waits for the page, and says in time what is missing. */

import { apiOrigin, type ZohoCrm } from "../src/hosts/widget.ts";

/** Zoho serves the SDK itself; it is no npm package and may not be changed (zohocrm.dev/explore/widgets). */
const SDK = "https://live.zwidgets.com/js-sdk/1.5/ZohoEmbededAppSDK.min.js";

/** After how long a frame that hears nothing says so, in milliseconds. It goes on listening. */
export const PATIENCE_MS = 8_000;

/** What the page tells about the place: a record, on the pages of one. */
export interface PageLoad {
  Entity?: string;
  EntityId?: string | string[];
}

interface Zoho {
  embeddedApp: { on(event: "PageLoad", heard: (data: unknown) => void): void; init(): Promise<unknown> };
  CRM: ZohoCrm;
}

/** Why the frame has no CRM around it. */
export type Missing = "no-crm" | "no-sdk" | "no-answer";

export interface Surroundings {
  crm: ZohoCrm;
  zohoApi: string;
  /** The origin of the CRM's pages around the frame. */
  pages: string;
}

/**
 * Calls `loaded` at each PageLoad of the CRM's page: the CRM shows the same frame again when a record was saved. Calls
 * `missing` when there will be none, or none yet; a late page still counts.
 */
export function enterCrm(loaded: (page: PageLoad, around: Surroundings) => void, missing: (why: Missing) => void): void {
  const pages = new URLSearchParams(location.search).get("serviceOrigin") ?? "";
  const zohoApi = apiOrigin(pages);
  if (zohoApi === undefined || window.parent === window) return missing("no-crm");

  const late = setTimeout(() => missing("no-answer"), PATIENCE_MS);
  const script = document.createElement("script");
  script.src = SDK;
  script.onload = () => {
    const zoho = (globalThis as { ZOHO?: Zoho }).ZOHO;
    if (zoho === undefined) return script.onerror?.(new Event("error"));
    // Whoever listens after init() misses the first page.
    zoho.embeddedApp.on("PageLoad", (page) => {
      clearTimeout(late);
      loaded((page ?? {}) as PageLoad, { crm: zoho.CRM, zohoApi, pages });
    });
    void zoho.embeddedApp.init();
  };
  script.onerror = () => {
    clearTimeout(late);
    missing("no-sdk");
  };
  document.head.append(script);
}

/** The record of a page of one meeting; lists and buttons hand out several. */
export function meetingOf({ Entity, EntityId }: PageLoad): string | undefined {
  const id = Array.isArray(EntityId) ? EntityId[0] : EntityId;
  return Entity === "Events" && typeof id === "string" && /^\d+$/.test(id) ? id : undefined;
}
