/** What the preview makes of a plan: which operations a filter lets through, and what is left out and why. Pure. */

import type { Operation, Plan } from "../src/types.ts";
import type { Key, Text } from "./text.ts";

export type Planned = Plan["operations"][number];

export interface Filter {
  side: Operation["side"] | "all";
  verb: Operation["verb"] | "all";
  /** Words of the title, a place, a guest …, in any case. */
  search: string;
}

export const EVERYTHING: Filter = { side: "all", verb: "all", search: "" };

/** The operations that fit, in their order. */
export function matching(operations: readonly Planned[], { side, verb, search }: Filter): Planned[] {
  const wanted = search.trim().toLocaleLowerCase();
  return operations.filter((one) => (side === "all" || one.side === side) && (verb === "all" || one.verb === verb) && (wanted === "" || says(one, wanted)));
}

function says({ title, fields }: Planned, wanted: string): boolean {
  const has = (text: string | undefined) => text?.toLocaleLowerCase().includes(wanted) ?? false;
  return has(title) || fields.some(({ before, after }) => has(before) || has(after));
}

/** One sentence for each reason for which something is not written. */
export function leftOut({ skipped, parked, questions, pauses, notes, deferred }: Plan, text: Text): string[] {
  return [
    ...(Object.keys(skipped) as (keyof Plan["skipped"])[]).filter((why) => skipped[why] > 0).map((why) => text.t(`skip.${why}`, { n: skipped[why] })),
    ...counted(parked).map(([code, n]) => text.known("held", code, "held.other", { code, n })),
    ...questions.map(({ code, count }) => text.plural(`asked.${code}`, count)),
    ...(deferred > 0 ? [text.plural("preview.deferred", deferred)] : []),
    ...counted(notes).map(([code, n]) => text.known("note", code, "note.other", { code, n })),
    ...counted(pauses).map(([code]) => text.t(`pause.${code}` as Key)),
  ];
}

function counted(things: readonly { code: string }[]): [code: string, n: number][] {
  const counts = new Map<string, number>();
  for (const { code } of things) counts.set(code, (counts.get(code) ?? 0) + 1);
  return [...counts];
}
