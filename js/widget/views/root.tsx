import { useLayoutEffect, useMemo } from "preact/hooks";
import { TextContext } from "../../shared/text.ts";
import { widgetText } from "../i18n/text.ts";
import type { Session } from "../session.ts";
import { ShownContext, useSessionState } from "./context.ts";
import { Meeting } from "./meeting.tsx";
import { Notices } from "./notices.tsx";
import { Tab } from "./tab.tsx";
import { Tile } from "./tile.tsx";

export function Root({ session }: { session: Session }) {
  const state = useSessionState(session);
  const { language, locale, zone } = state;
  const text = useMemo(() => widgetText(language, locale, zone), [language, locale, zone]);
  useLayoutEffect(() => {
    document.documentElement.lang = language;
    document.title = `Accord: ${text.t("title")}`;
  }, [text]);

  const Place = { tab: Tab, meeting: Meeting, tile: Tile }[state.place];
  return (
    <TextContext.Provider value={text}>
      <ShownContext.Provider value={{ session, state }}>
        <Notices />
        {state.phase === "entering" && <p class="wait" role="status">{text.t("waiting")}</p>}
        {state.phase === "opening" && <p class="wait" role="status">{text.t("opening")}</p>}
        {state.phase === "ready" && <Place />}
      </ShownContext.Provider>
    </TextContext.Provider>
  );
}
