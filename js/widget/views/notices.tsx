/** What is wrong, limited or asked, each with what to do about it. */

import { Questions } from "../../shared/questions.tsx";
import { useText } from "../i18n/text.ts";
import { useShown } from "./context.ts";

export function Notices() {
  const { session, state } = useShown();
  const { t, known } = useText();
  const { trouble, refused, kept, status, place, busy } = state;
  // A refused connection has a sentence of its own, which says more.
  const said = trouble !== undefined && !(trouble.code === "auth-expired" && refused.includes("google"));
  return (
    <>
      {said && (
        <div class="notice bad" role="alert" data-code={trouble.code}>
          <p>{known("error", trouble.code, "error.internal")}</p>
          {trouble.code === "invalid-settings" && trouble.message !== undefined && <p lang="en">{trouble.message}</p>}
          {state.phase === "stuck" && <button type="button" onClick={() => location.reload()}>{t("retry")}</button>}
        </div>
      )}
      {refused.map((service) => (
        <div key={service} class={`notice ${service === "google" ? "bad" : ""}`} role={service === "google" ? "alert" : "status"} data-code={`refused-${service}`}>
          <p>{t(`refused.${service}`)}</p>
          {service === "google" && (
            <button type="button" disabled={busy} onClick={() => void (status?.state === "active" ? session.run() : session.loadCalendars())}>{t("retry")}</button>
          )}
        </div>
      ))}
      {kept === "page" && place !== "tile" && <div class="notice" role="status" data-code="kept-page"><p>{t("kept.page")}</p></div>}
      <Questions questions={status?.questions ?? []} isBusy={busy} onAnswer={session.resolve} />
    </>
  );
}
