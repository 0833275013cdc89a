/** What is wrong or limited, each with what to do about it. */

import { MissingList } from "../../shared/missing.tsx";
import { wordsIn } from "../../shared/text.ts";
import { useShown } from "./context.ts";

export function Notices() {
  const { session, state, text: { t, maybe, plural } } = useShown();
  const { trouble, refused, kept, status, place } = state;
  // A refused connection has a sentence of its own, which says more.
  const said = trouble !== undefined && !(trouble.code === "auth-expired" && refused.includes("google"));
  return (
    <>
      {said && (
        <div class="notice bad" role="alert" data-code={trouble.code}>
          <p>{maybe(`trouble.${trouble.code}`) ?? trouble.message}</p>
          {trouble.code === "invalid-settings" && trouble.message !== undefined && <p lang="en">{trouble.message}</p>}
          {state.phase === "stuck" && <button type="button" onClick={() => location.reload()}>{t("retry")}</button>}
        </div>
      )}
      {refused.map((service) => (
        <div key={service} class={`notice ${service === "google" ? "bad" : ""}`} role={service === "google" ? "alert" : "status"} data-code={`refused-${service}`}>
          <p>{t(`refused.${service}`)}</p>
          {service === "google" && (
            <button type="button" disabled={state.busy} onClick={() => void (status?.state === "active" ? session.run() : session.loadCalendars())}>{t("retry")}</button>
          )}
        </div>
      ))}
      {kept === "page" && place !== "tile" && <div class="notice" role="status" data-code="kept-page"><p>{t("kept.page")}</p></div>}
      {state.missing !== undefined && (
        <div class="notice bad" role="alert" data-code="missing">
          <p>{t("missingRights")}</p>
          <MissingList missing={state.missing} words={wordsIn(state.language, state.language, state.zone)} />
        </div>
      )}
      {status?.questions.map(({ id, code, side, count }) => (
        <div key={id} class="notice" role="alert" data-code="question">
          <p>{code === "ambiguous" ? plural("ambiguous", count) : plural(`question.${side}`, count)}</p>
          <p class="actions">
            {(code === "ambiguous" ? (["pair", "separate"] as const) : (["restore", "apply"] as const)).map((answer) => (
              <button key={answer} type="button" disabled={state.busy} onClick={() => void session.resolve(id, answer)}>{t(answer)}</button>
            ))}
          </p>
        </div>
      ))}
    </>
  );
}
