import { useEffect } from "preact/hooks";
import { textIn } from "../i18n/text.ts";
import type { Session } from "../session.ts";
import { ShownContext, useSessionState } from "./context.ts";
import { Meeting } from "./meeting.tsx";
import { Notices } from "./notices.tsx";
import { Tab } from "./tab.tsx";
import { Tile } from "./tile.tsx";

export function Root({ session }: { session: Session }) {
  const state = useSessionState(session);
  const text = textIn(state.language, state.zone);
  const { t } = text;
  useEffect(() => {
    document.documentElement.lang = state.language;
    document.title = `Accord: ${t("title")}`;
  }, [state.language]);

  const Place = { tab: Tab, meeting: Meeting, tile: Tile }[state.place];
  return (
    <ShownContext.Provider value={{ session, state, text }}>
      <Notices />
      {state.phase === "entering" && <p class="wait" role="status">{t("waiting")}</p>}
      {state.phase === "opening" && <p class="wait" role="status">{t("opening")}</p>}
      {state.phase === "ready" && <Place />}
    </ShownContext.Provider>
  );
}
