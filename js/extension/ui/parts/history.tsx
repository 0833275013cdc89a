/** What the last cycles did, asked of the background. */

import { useEffect, useState } from "preact/hooks";
import { History } from "../../../shared/history.tsx";
import type { Report } from "../../../src/types.ts";
import { background } from "../view.ts";

const SHOWN = 5;

/** @param run the number of the last report: another one means that there is more to read */
export function LastCycles({ run }: { run: number | undefined }) {
  const [reports, setReports] = useState<Report[]>();
  useEffect(() => {
    let isCurrent = true;
    void background.history().then((all) => isCurrent && setReports(all.slice(0, SHOWN)), () => undefined);
    return () => {
      isCurrent = false;
    };
  }, [run]);
  return (
    <History reports={reports} onUndo={(run) => background.undo(run)} onPutBack={(run, googleId, field) => background.putBack(run, googleId, field)} />
  );
}
