/** The window of the toolbar's button. */

import { browser } from "wxt/browser";
import { useText } from "./i18n/text.ts";
import { useAction } from "./parts/action.tsx";
import { History } from "./parts/history.tsx";
import { Parked } from "./parts/parked.tsx";
import { Questions } from "./parts/questions.tsx";
import { State } from "./parts/state.tsx";
import { background, type View } from "./view.ts";

export function Popup({ view }: { view: View }) {
  const text = useText();
  const action = useAction();
  const { glance, memory, status } = view;
  const isOff = glance.state === "off";
  const mustSignIn = glance.state === "needs-you" && glance.why === "sign-in";
  const mustConfirm = glance.state === "needs-you" && glance.why === "confirm";
  const openSettings = () => void browser.runtime.openOptionsPage();
  return (
    <main class="popup">
      <header class="bar">
        <img src="/icon/32.png" alt="" width="20" height="20" />
        <h1>Accord</h1>
        {!isOff && <button type="button" class="quiet" onClick={openSettings}>{text.t("open")}</button>}
      </header>
      <State view={view} />
      <div class="buttons">
        {isOff || mustSignIn || mustConfirm
          ? <button type="button" class="primary" onClick={openSettings}>{text.t(isOff ? "open" : mustConfirm ? "first.open" : "accounts.again")}</button>
          : glance.state === "working"
            ? <button type="button" onClick={() => action.start(() => background.stop())}>{text.t("stop")}</button>
            : memory.paused
              ? <button type="button" class="primary" onClick={() => action.start(() => background.resume())}>{text.t("resume")}</button>
              : <button type="button" class="primary" disabled={action.isBusy} onClick={() => action.start(() => background.run())}>{text.t("run")}</button>}
        {!isOff && !mustSignIn && !mustConfirm && !memory.paused && <button type="button" onClick={() => action.start(() => background.pause())}>{text.t("pause")}</button>}
      </div>
      {glance.state !== "needs-you" && action.problem}
      <Questions questions={status?.questions ?? []} />
      <Parked parked={status?.parked ?? []} places={{ calendar: status?.settings?.calendar, centre: memory.accounts.zoho?.centre }} />
      {!isOff && <History run={status?.lastReport?.run} />}
    </main>
  );
}
