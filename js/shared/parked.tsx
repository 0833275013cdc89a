/** Events that cannot be synced as they are: why, and where to mend them. */

import type { ParkedEvent } from "../src/types.ts";
import { useText } from "./text.ts";

const SHOWN = 10;

export interface ParkedProps {
  parked: readonly ParkedEvent[];
  /** The calendar's id. */
  calendar: string | undefined;
  /** The origin of the CRM's own pages; absent where that is not known. */
  crm: string | undefined;
}

export function Parked({ parked, calendar, crm }: ParkedProps) {
  const text = useText();
  if (parked.length === 0) return null;
  return (
    <section class="card" aria-labelledby="parked">
      <h2 id="parked">{text.t("parked.title")}</h2>
      <p class="muted">{text.t("parked.note")}</p>
      <ul class="parked">
        {parked.slice(0, SHOWN).map((event) => (
          <li key={`${event.googleId} ${event.crmId}`}>
            <span>{text.known("parked", event.code, "parked.other", { code: event.code })}</span>
            <Place href={inCrm(event, crm) ?? inGoogle(event, calendar)}>{text.t(event.crmId && crm ? "parked.crm" : "parked.google")}</Place>
          </li>
        ))}
      </ul>
      {parked.length > SHOWN && <p class="muted">{text.plural("parked.more", parked.length - SHOWN)}</p>}
    </section>
  );
}

export function Place({ href, children }: { href: string | undefined; children: string }) {
  return href === undefined ? null : <a href={href} target="_blank" rel="noreferrer">{children}</a>;
}

/** Google's own links name event and calendar, as one word (`htmlLink`, Calendar API v3). */
export function inGoogle({ googleId }: Pick<ParkedEvent, "googleId">, calendar: string | undefined): string | undefined {
  if (googleId === "" || calendar === undefined) return undefined;
  const bytes = new TextEncoder().encode(`${googleId} ${calendar}`);
  return `https://www.google.com/calendar/event?eid=${btoa(String.fromCharCode(...bytes)).replace(/=+$/, "")}`;
}

export function inCrm({ crmId }: Pick<ParkedEvent, "crmId">, crm: string | undefined): string | undefined {
  return crmId === undefined || crm === undefined ? undefined : `${crm}/crm/tab/Events/${encodeURIComponent(crmId)}`;
}
