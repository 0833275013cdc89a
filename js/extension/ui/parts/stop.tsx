/** Deactivate, and forget everything: the second asks first. */

import { useRef } from "preact/hooks";
import { useText } from "../i18n/text.ts";
import { background, type View } from "../view.ts";
import { useAction } from "./action.tsx";

export function Stop({ view }: { view: View }) {
  const text = useText();
  const action = useAction();
  const dialog = useRef<HTMLDialogElement>(null);
  const isActive = view.memory.intervalMinutes !== undefined;
  return (
    <section class="card" aria-labelledby="off">
      <h2 id="off">{text.t("off.title")}</h2>
      {view.status?.settings !== undefined && (
        <div class="stop">
          <p class="muted">{text.t(isActive ? "off.deactivateNote" : "off.isOff")}</p>
          <button type="button" disabled={!isActive || action.isBusy} onClick={() => action.start(() => background.deactivate())}>{text.t("off.deactivate")}</button>
        </div>
      )}
      <div class="stop">
        <p class="muted">{text.t("off.forgetNote")}</p>
        <button type="button" class="danger" disabled={action.isBusy} onClick={() => dialog.current?.showModal()}>{text.t("off.forget")}</button>
      </div>
      {action.problem}
      <dialog ref={dialog} aria-labelledby="forget">
        <form method="dialog">
          <h2 id="forget">{text.t("off.forgetAsk")}</h2>
          <p class="muted">{text.t("off.forgetNote")}</p>
          <div class="buttons">
            <button type="submit" class="danger" onClick={() => action.start(() => background.forget())}>{text.t("off.forgetConfirm")}</button>
            <button type="submit" autofocus>{text.t("off.cancel")}</button>
          </div>
        </form>
      </dialog>
    </section>
  );
}
