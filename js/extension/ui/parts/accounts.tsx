/** Sign-in to both services. */

import { browser } from "wxt/browser";
import { useState } from "preact/hooks";
import { useAction } from "../../../shared/action.tsx";
import type { Service } from "../../../src/types.ts";
import type { Account } from "../../src/memory.ts";
import { CENTRES, centreOf, originsOf } from "../../src/servers.ts";
import { useText } from "../i18n/text.ts";
import { background, type View } from "../view.ts";

export function Accounts({ view }: { view: View }) {
  const text = useText();
  const { google, zoho } = view.memory.accounts;
  return (
    <section class="card" aria-labelledby="accounts">
      <h2 id="accounts">{text.t("accounts.title")}</h2>
      <AccountRow service="google" account={google} />
      <AccountRow service="zoho" account={zoho} />
    </section>
  );
}

function AccountRow({ service, account }: { service: Service; account: Account | undefined }) {
  const text = useText();
  const action = useAction();
  const [isSigningIn, setSigningIn] = useState(false);
  const [isRefused, setRefused] = useState(false);
  const [chosen, setChosen] = useState(account?.centre ?? CENTRES[0]?.id ?? "");
  const isIn = account !== undefined && !account.isExpired;

  function signIn(): void {
    const centre = service === "zoho" ? centreOf(chosen) : undefined;
    setRefused(false);
    action.start(async () => {
      // Asked before anything is awaited: a browser asks people only in answer to their click.
      if (centre && !(await browser.permissions.request({ origins: originsOf(centre) }))) return setRefused(true);
      setSigningIn(true);
      await background.signIn(service, centre?.id).finally(() => setSigningIn(false));
    });
  }

  return (
    <div class="account">
      <div>
        <h3>{text.t(`accounts.${service}`)}</h3>
        <p class={account?.isExpired ? "problem" : "muted"}>{isSigningIn ? text.t("accounts.signingIn") : said(account, text)}</p>
      </div>
      {service === "zoho" && !isIn && (
        <label class="field">
          <span>{text.t("accounts.centre")}</span>
          <select value={chosen} onChange={({ currentTarget }) => setChosen(currentTarget.value)} aria-describedby="centre-note">
            {CENTRES.map(({ id, name, crm }) => <option key={id} value={id}>{`${name} (${new URL(crm).hostname})`}</option>)}
          </select>
          <span class="field-note" id="centre-note">{text.t("accounts.centreNote")}</span>
        </label>
      )}
      <div class="buttons">
        {isIn
          ? <button type="button" class="quiet" disabled={action.isBusy} aria-label={text.t(`accounts.signOut.${service}`)} onClick={() => action.start(() => background.signOut(service))}>{text.t("accounts.signOut")}</button>
          : <button type="button" class="primary" disabled={action.isBusy} onClick={signIn}>{text.t(`accounts.signIn.${service}`)}</button>}
      </div>
      {isRefused && <p class="problem" role="alert">{text.t("accounts.refused")}</p>}
      {action.problem}
    </div>
  );
}

function said(account: Account | undefined, text: ReturnType<typeof useText>): string {
  if (account === undefined) return text.t("accounts.signedOut");
  if (account.isExpired) return text.t("accounts.expired");
  return account.address === "" ? text.t("accounts.signedInUnnamed") : text.t("accounts.signedIn", { address: account.address });
}
