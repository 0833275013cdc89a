/** Deactivate, and forget everything: the second asks first. */

import { useRef } from "preact/hooks";
import { useAction } from "./action.tsx";
import { useText } from "./text.ts";

export interface StopProps {
  isActive: boolean;
  /** There are settings to go on with after a pause. */
  isSetUp: boolean;
  isBusy?: boolean;
  onDeactivate(): Promise<unknown>;
  onForget(): Promise<unknown>;
}

export function Stop({ isActive, isSetUp, isBusy, onDeactivate, onForget }: StopProps) {
  const text = useText();
  const action = useAction(isBusy);
  const dialog = useRef<HTMLDialogElement>(null);
  return (
    <section class="card" aria-labelledby="off">
      <h2 id="off">{text.t("off.title")}</h2>
      {isSetUp && (
        <div class="deed">
          <p class="muted">{text.t(isActive ? "off.deactivateNote" : "off.isOff")}</p>
          <button type="button" disabled={!isActive || action.isBusy} onClick={() => action.start(onDeactivate)}>{text.t("off.deactivate")}</button>
        </div>
      )}
      <div class="deed">
        <p class="muted">{text.t("off.forgetNote")}</p>
        <button type="button" class="danger" disabled={action.isBusy} onClick={() => dialog.current?.showModal()}>{text.t("off.forget")}</button>
      </div>
      {action.problem}
      <dialog ref={dialog} aria-labelledby="forget">
        <form method="dialog">
          <h2 id="forget">{text.t("off.forgetAsk")}</h2>
          <p class="muted">{text.t("off.forgetNote")}</p>
          <div class="buttons">
            <button type="submit" class="danger" onClick={() => action.start(onForget)}>{text.t("off.forgetConfirm")}</button>
            <button type="submit" autofocus>{text.t("off.cancel")}</button>
          </div>
        </form>
      </dialog>
    </section>
  );
}
