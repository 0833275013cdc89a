/** Events that cannot be synced as they are: why, and where to mend them. */

import type { ParkedEvent } from "../../../src/types.ts";
import { useText } from "../i18n/text.ts";
import { inCrm, inGoogle, type Places } from "./places.ts";

const SHOWN = 10;

export function Parked({ parked, places }: { parked: ParkedEvent[]; places: Places }) {
  const text = useText();
  if (parked.length === 0) return null;
  return (
    <section class="card" aria-labelledby="parked">
      <h2 id="parked">{text.t("parked.title")}</h2>
      <p class="muted">{text.t("parked.note")}</p>
      <ul class="parked">
        {parked.slice(0, SHOWN).map((event) => (
          <li key={event.googleId}>
            <span>{text.known("parked", event.code, "parked.other", { code: event.code })}</span>
            <Place href={inCrm(event, places) ?? inGoogle(event, places)}>{text.t(event.crmId ? "parked.crm" : "parked.google")}</Place>
          </li>
        ))}
      </ul>
      {parked.length > SHOWN && <p class="muted">{text.plural("parked.more", parked.length - SHOWN)}</p>}
    </section>
  );
}

function Place({ href, children }: { href: string | undefined; children: string }) {
  return href === undefined ? null : <a href={href} target="_blank" rel="noreferrer">{children}</a>;
}
