/** The state in one glance, from what the frame knows. */

import { State } from "../../shared/state.tsx";
import { needsPerson } from "../../shared/trouble.ts";
import type { State as Known } from "../session.ts";
import { useShown } from "./context.ts";

export function StateCard() {
  const { state } = useShown();
  const { status, progress } = state;
  return <div class="card"><State {...glance(state)} status={status} progress={progress} /></div>;
}

/** What went wrong is said above; the state only names what is asked or under way. */
function glance({ status, busy, progress, trouble, refused, awaiting }: Known): Pick<Parameters<typeof State>[0], "state" | "why"> {
  if (busy && progress !== undefined) return { state: "working" };
  if (refused.includes("google") || (trouble !== undefined && needsPerson(trouble.code))) return { state: "needs-you" };
  if (status?.state !== "active") return { state: "off" };
  if (awaiting) return { state: "needs-you", why: "confirm" };
  if (status.questions.length > 0) return { state: "needs-you", why: "question" };
  return { state: trouble === undefined ? "in-accord" : "waiting" };
}
