/** The way to put a meeting into the CRM by hand. */

import { useText } from "../i18n/text.ts";
import { Plus } from "./icons.tsx";

export function CrmActions({ onAdd }: { onAdd(): void }) {
  const { t } = useText();
  return <button type="button" class="quiet" aria-haspopup="dialog" onClick={onAdd}><Plus />{t("event.add")}</button>;
}
