/** A meeting as the CRM has it. */

import { useEffect, useState } from "preact/hooks";
import { meeting, type Meeting } from "../crm.ts";
import type { CalendarEvent } from "../events.ts";
import { useText } from "../i18n/text.ts";
import { Details } from "./details.tsx";
import { Dialog } from "./dialog.tsx";

export function MeetingDialog({ event, onClose }: { event: CalendarEvent; onClose(): void }) {
  const text = useText();
  const [record, setRecord] = useState<Meeting>();
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    meeting(event.id).then(setRecord, () => setFailed(true));
  }, [event.id]);
  const guests = (record?.Participants ?? []).map(({ name, Email, participant }) => name ?? Email ?? participant ?? "").filter(Boolean);
  return (
    <Dialog title={text.t("event.meeting")} side="crm" onClose={onClose}>
      <Details event={event} notes={record?.Description} guests={guests} />
      {failed && <p class="problem" role="alert">{text.t("panel.failed")}</p>}
    </Dialog>
  );
}
