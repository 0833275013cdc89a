/** Ways to put events into Google: the form, and an .ics file chosen or dropped. */

import { useRef, useState } from "preact/hooks";
import { useText, type Text } from "../i18n/text.ts";
import { importIcs } from "../sandbox.ts";
import { Plus, Upload } from "./icons.tsx";

export function GoogleActions({ busy, onFile, onAdd }: { busy: boolean; onFile(file: File): void; onAdd(): void }) {
  const { t } = useText();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" class="quiet" disabled={busy} onClick={() => input.current?.click()}><Upload />{t("ics.choose")}</button>
      <input
        ref={input}
        hidden
        type="file"
        accept=".ics,text/calendar"
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          event.currentTarget.value = "";
          if (file) onFile(file);
        }}
      />
      <button type="button" class="quiet" aria-haspopup="dialog" onClick={onAdd}><Plus />{t("event.add")}</button>
    </>
  );
}

/** Dropping a file on an element; `tell` gets a sentence about what came of it. */
export function useIcsDrop(text: Text, calendarId: string | undefined, tell: (message: string, added: boolean) => void) {
  const [over, setOver] = useState(false);
  const [busy, setBusy] = useState(false);

  async function choose(file: File): Promise<void> {
    if (calendarId === undefined) return;
    const { name } = file;
    setBusy(true);
    tell(text.t("ics.reading", { name }), false);
    try {
      const { imported, skipped } = await importIcs(file, calendarId);
      const added = imported === 0 ? text.t("ics.none", { name }) : text.plural("ics.added", imported, { name });
      tell(skipped === 0 ? added : `${added} ${text.plural("ics.skipped", skipped)}`, imported > 0);
    } catch {
      tell(text.t("ics.failed", { name }), false);
    } finally {
      setBusy(false);
    }
  }

  const handlers = {
    onDragOver(event: DragEvent) {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      setOver(true);
    },
    onDragLeave(event: DragEvent) {
      const inside = event.relatedTarget instanceof Node && event.currentTarget instanceof Node && event.currentTarget.contains(event.relatedTarget);
      if (!inside) setOver(false);
    },
    onDrop(event: DragEvent) {
      event.preventDefault();
      setOver(false);
      const file = event.dataTransfer?.files[0];
      if (file) void choose(file);
    },
  };
  return { over, busy, handlers, choose: (file: File) => void choose(file) };
}
