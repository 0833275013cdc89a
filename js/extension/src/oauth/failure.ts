/** Why a sign-in or a renewal did not come to a token. Holds no token and no address. */
export class SignInFailure extends Error {
  override readonly name = "SignInFailure";
  /**
   * `cancelled`: the person closed the window or refused. `expired`: the service takes the stored sign-in no longer.
   * `scopes`: a right was not ticked. `centre`: the account lives in a data centre that the extension may not talk to.
   * `misconfigured`: the client registered for this build is not accepted. `offline`: no answer, or one to be asked for again.
   */
  readonly reason: "cancelled" | "expired" | "scopes" | "centre" | "misconfigured" | "offline";

  constructor(reason: SignInFailure["reason"], cause?: unknown) {
    super(SENTENCES[reason], cause === undefined ? undefined : { cause });
    this.reason = reason;
  }
}

const SENTENCES: Record<SignInFailure["reason"], string> = {
  cancelled: "The sign-in was not finished. Start it again when you are ready.",
  expired: "The service no longer accepts the stored sign-in. Sign in again.",
  scopes: "Not all rights were granted. Sign in again and leave every box ticked.",
  centre: "This account lives in another Zoho data centre. Choose that data centre, then sign in again.",
  misconfigured: "The service does not accept this build of Accord. Whoever built it should check the client id and the redirect address.",
  offline: "The sign-in service could not be reached. Check the connection, then try again.",
};
