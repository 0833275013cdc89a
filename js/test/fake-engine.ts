/** An engine that plays a script: each entry is the next step, and what the driver answered is kept. */

import type { Command, EngineLike, Step } from "../src/types.ts";

export type ScriptStep = Step extends infer S ? (S extends Step ? Omit<S, "progress"> & { progress?: Step["progress"] } : never) : never;
export type Call = [method: string, ...values: unknown[]];

export interface FakeEngine extends EngineLike {
  readonly calls: Call[];
  freed: boolean;
}

/** An entry that is an error is thrown, as a trap of the module would be. */
export function fakeEngine(script: (ScriptStep | Error)[]): FakeEngine {
  const calls: Call[] = [];
  const rest = [...script];
  const next = (...call: Call): Step => {
    calls.push(call);
    const step = rest.shift();
    if (step === undefined) throw new Error(`the script ends before ${call[0]}`);
    if (step instanceof Error) throw step;
    return { progress: { phase: "reading", done: 0 }, ...step } as Step;
  };
  return {
    calls,
    freed: false,
    start: (command: Command) => next("start", command),
    answered: (answers) => next("answered", answers),
    loaded: (rows) => next("loaded", rows),
    saved: () => next("saved"),
    woke: () => next("woke"),
    zoned: (offsets) => next("zoned", offsets),
    failed: (failure) => next("failed", failure),
    cancel: () => next("cancel"),
    free() {
      this.freed = true;
    },
  };
}
