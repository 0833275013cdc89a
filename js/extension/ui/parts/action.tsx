/** Something that the person started: one at a time, and with a sentence when it fails. */

import { useState } from "preact/hooks";
import type { ComponentChildren } from "preact";
import { isAccordError, type ErrorCode } from "../../../src/errors.ts";
import { useText } from "../i18n/text.ts";

export interface Action {
  isBusy: boolean;
  /** The sentence of the last failure, for all to hear; empty after a success. */
  problem: ComponentChildren;
  start(work: () => Promise<unknown>): void;
}

export function useAction(): Action {
  const text = useText();
  const [isBusy, setBusy] = useState(false);
  const [code, setCode] = useState<ErrorCode>();
  return {
    isBusy,
    problem: <p class="problem" role="alert">{code && code !== "cancelled" ? text.t(`error.${code}`) : ""}</p>,
    start(work) {
      if (isBusy) return;
      setBusy(true);
      setCode(undefined);
      work().catch((error: unknown) => setCode(isAccordError(error) ? error.code : "internal")).finally(() => setBusy(false));
    },
  };
}
