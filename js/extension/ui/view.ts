/**
 * What pages show: read at once from what the background wrote, without waking it, and read anew whenever it writes. Lists come
 * later, on request.
 */

import { browser } from "wxt/browser";
import { useEffect, useState } from "preact/hooks";
import { glance, type Glance } from "../src/attention.ts";
import { ALARM } from "../src/alarm.ts";
import { Store, type Memory } from "../src/memory.ts";
import { remote, type Commands } from "../src/messages.ts";
import type { StateProps } from "../../shared/state.tsx";
import type { Progress, Status } from "../../src/types.ts";

export interface View {
  memory: Memory;
  /** As of the last cycle; absent until there was one. */
  status: Status | undefined;
  /** Present while a cycle runs. */
  progress: Progress | undefined;
  /** When the next cycle is due. */
  nextMs: number | undefined;
  glance: Glance;
}

const store = new Store(browser.storage.local);

/** The background's commands. A browser that ends the background in the middle of one is asked again once. */
export const background: Commands = remote(async (request) => {
  try {
    return (await browser.runtime.sendMessage(request)) as unknown;
  } catch {
    return (await browser.runtime.sendMessage(request)) as unknown;
  }
});

export async function readView(): Promise<View> {
  const [memory, { snapshot }, { progress }, alarm] = await Promise.all([
    store.all(), browser.storage.local.get(["snapshot"]), browser.storage.session.get(["progress"]), browser.alarms.get(ALARM),
  ]);
  const status = snapshot as Status | undefined;
  const running = progress as Progress | undefined;
  return { memory, status, progress: running, nextMs: alarm?.scheduledTime, glance: glance(memory, status, running !== undefined) };
}

/** What the state's card shows of a view. */
export function stateOf({ glance, memory, status, progress, nextMs }: View): StateProps {
  const why = glance.state === "needs-you" ? glance.why : (memory.trouble?.code ?? "");
  return { state: glance.state, why, status, progress, nextMs };
}

/** The view, kept up to date. `first` is what was read before anything was drawn, so that nothing jumps. */
export function useView(first: View): View {
  const [view, setView] = useState(first);
  useEffect(() => {
    let isCurrent = true;
    const refresh = () => void readView().then((next) => isCurrent && setView(next));
    browser.storage.onChanged.addListener(refresh);
    refresh();
    return () => {
      isCurrent = false;
      browser.storage.onChanged.removeListener(refresh);
    };
  }, []);
  return view;
}
