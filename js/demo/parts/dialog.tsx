/** A modal dialog that opens when it appears; Escape, the cross and a click beside it close it. */

import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { useText } from "../i18n/text.ts";
import { Close } from "./icons.tsx";

interface Props {
  title: string;
  side: "google" | "crm" | "both";
  children: ComponentChildren;
  onClose(): void;
}

export function Dialog({ title, side, children, onClose }: Props) {
  const text = useText();
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();

  useEffect(() => {
    const element = dialog.current;
    const opener = document.activeElement;
    element?.showModal();
    element?.querySelector<HTMLElement>("[data-first]")?.focus();
    return () => {
      element?.close();
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, []);

  return (
    <dialog
      ref={dialog}
      class={`dialog side-${side}`}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      <div class="dialog-body">
        <header>
          <h2 id={titleId}>{title}</h2>
          <button type="button" class="quiet round" aria-label={text.t("event.close")} onClick={onClose}><Close /></button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
