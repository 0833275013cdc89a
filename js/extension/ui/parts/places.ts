/** Where a person finds an event: addresses of the two services' own pages. */

import type { ParkedEvent } from "../../../src/types.ts";
import { centreOf } from "../../src/servers.ts";

export interface Places {
  /** The calendar's id. */
  calendar: string | undefined;
  /** Zoho's data centre. */
  centre: string | undefined;
}

/** Google's own links name event and calendar, as one word (`htmlLink`, Calendar API v3). */
export function inGoogle({ googleId }: Pick<ParkedEvent, "googleId">, { calendar }: Places): string | undefined {
  if (googleId === "" || calendar === undefined) return undefined;
  const bytes = new TextEncoder().encode(`${googleId} ${calendar}`);
  return `https://www.google.com/calendar/event?eid=${btoa(String.fromCharCode(...bytes)).replace(/=+$/, "")}`;
}

export function inCrm({ crmId }: Pick<ParkedEvent, "crmId">, { centre }: Places): string | undefined {
  const place = centreOf(centre);
  return crmId === undefined || place === undefined ? undefined : `${place.crm}/crm/tab/Events/${encodeURIComponent(crmId)}`;
}
