/** Something that the person started: one at a time, and with a sentence when it fails. */

import { useState } from "preact/hooks";
import type { ComponentChildren } from "preact";
import { isAccordError, type ErrorCode } from "../src/errors.ts";
import { useText } from "./text.ts";

export interface Action {
  isBusy: boolean;
  /** The sentence of the last failure, for all to hear; empty after a success. */
  problem: ComponentChildren;
  start(work: () => Promise<unknown>): void;
}

/** @param isElsewhere something else of the page is under way, so that nothing can be started */
export function useAction(isElsewhere = false): Action {
  const text = useText();
  const [isBusy, setBusy] = useState(false);
  const [code, setCode] = useState<ErrorCode>();
  return {
    isBusy: isBusy || isElsewhere,
    problem: <p class="problem" role="alert">{code && code !== "cancelled" ? text.t(`error.${code}`) : ""}</p>,
    start(work) {
      if (isBusy || isElsewhere) return;
      setBusy(true);
      setCode(undefined);
      work().catch((error: unknown) => setCode(isAccordError(error) ? error.code : "internal")).finally(() => setBusy(false));
    },
  };
}
