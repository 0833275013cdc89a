/** The window of the toolbar's button. */

import { browser } from "wxt/browser";
import { useAction } from "../../shared/action.tsx";
import { Parked } from "../../shared/parked.tsx";
import { Questions } from "../../shared/questions.tsx";
import { State } from "../../shared/state.tsx";
import { centreOf } from "../src/servers.ts";
import { useText } from "./i18n/text.ts";
import { LastCycles } from "./parts/history.tsx";
import { background, stateOf, type View } from "./view.ts";

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
      <State {...stateOf(view)} />
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
      <Questions questions={status?.questions ?? []} onAnswer={(question, answer) => background.resolve(question, answer)} />
      <Parked parked={status?.parked ?? []} calendar={status?.settings?.calendar} crm={centreOf(memory.accounts.zoho?.centre)?.crm} />
      {!isOff && <LastCycles run={status?.lastReport?.run} />}
    </main>
  );
}
