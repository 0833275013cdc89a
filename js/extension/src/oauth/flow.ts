/** Sign-in, renewal and revocation, by oauth4webapi over the browser's identity API: code with PKCE, no implicit flow. */

import * as oauth from "oauth4webapi";
import type { Platform } from "../platform.ts";
import { SignInFailure } from "./failure.ts";
import type { Vendor } from "./vendors.ts";

export interface Granted {
  access: string;
  expiresMs: number;
  /** Absent from most renewals: the old one stays. */
  refresh?: string;
  /** The data centre, as the callback names it. */
  location?: string | undefined;
}

const TIMEOUT_MS = 30_000;
/** Taken off a token's life: it must not end on its way. */
const EARLY_MS = 60_000;

/** The address to which the browser is sent back. It must be registered with the vendor, to the letter. */
export function redirectUri({ identity }: Pick<Platform, "identity">, service: Vendor["service"]): string {
  const url = identity.getRedirectURL(service);
  const [label = "", ...domain] = new URL(url).hostname.split(".");
  // Nobody can prove to Google that this domain is theirs; Firefox takes the loopback form instead (MDN, "identity").
  const isFirefox = domain.join(".") === "extensions.allizom.org";
  return isFirefox && service === "google" ? `http://127.0.0.1/mozoauth2/${label}` : url;
}

/**
 * Has the person sign in, in a window of the browser.
 *
 * @param at the vendor of the data centre that the callback names, where the code is to be redeemed
 * @throws SignInFailure and nothing else
 */
export async function signIn(vendor: Vendor, platform: Pick<Platform, "identity">, now: () => number, at: (location: string) => Promise<Vendor>): Promise<Granted> {
  if (vendor.client.client_id === "") throw new SignInFailure("misconfigured");
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const redirect = redirectUri(platform, vendor.service);
  const url = new URL(vendor.server.authorization_endpoint ?? "");
  const parameters = {
    response_type: "code", client_id: vendor.client.client_id, redirect_uri: redirect, scope: vendor.scopes.join(vendor.separator), state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: "S256", ...vendor.parameters,
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return guarded(async () => {
    const back = await platform.identity.launchWebAuthFlow({ url: url.href, interactive: true }).catch((cause: unknown) => {
      throw new SignInFailure("cancelled", cause);
    });
    if (back === undefined) throw new SignInFailure("cancelled");
    const callback = answered(vendor, back, state);
    const location = callback.get("location") ?? undefined;
    const home = location === undefined ? vendor : await at(location);
    const answer = await oauth.authorizationCodeGrantRequest(home.server, home.client, authentication(home), callback, redirect, verifier, requests(home));
    const tokens = await oauth.processAuthorizationCodeResponse(home.server, home.client, await home.standardized(answer));
    const granted = grantedBy(tokens, now());
    if (!hasAll(vendor, tokens.scope)) throw new SignInFailure("scopes");
    if (granted.refresh === undefined) throw new SignInFailure("misconfigured");
    return { ...granted, location };
  });
}

/**
 * A new access token for a refresh token.
 *
 * @throws SignInFailure `expired` when the person has to sign in again, `offline` when a later try may succeed
 */
export async function renew(vendor: Vendor, refresh: string, now: () => number): Promise<Granted> {
  return guarded(async () => {
    const answer = await oauth.refreshTokenGrantRequest(vendor.server, vendor.client, authentication(vendor), refresh, requests(vendor));
    return grantedBy(await oauth.processRefreshTokenResponse(vendor.server, vendor.client, await vendor.standardized(answer)), now());
  });
}

/** Ends a refresh token and its access tokens at the service. */
export async function revoke(vendor: Vendor, refresh: string): Promise<void> {
  return guarded(async () => {
    const answer = await oauth.revocationRequest(vendor.server, vendor.client, authentication(vendor), refresh, requests(vendor));
    await oauth.processRevocationResponse(await vendor.standardized(answer));
  });
}

/** The callback, if it answers this very request: one that does not is nobody's sign-in. */
function answered(vendor: Vendor, back: string, state: string): URLSearchParams {
  try {
    return oauth.validateAuthResponse(vendor.server, vendor.client, new URL(back), state);
  } catch (cause) {
    throw new SignInFailure("cancelled", cause);
  }
}

function authentication({ clientSecret }: Vendor): oauth.ClientAuth {
  return clientSecret === undefined ? oauth.None() : oauth.ClientSecretPost(clientSecret);
}

function requests({ server }: Vendor): oauth.TokenEndpointRequestOptions {
  const isLoopback = server.token_endpoint?.startsWith("http://127.0.0.1:") ?? false;
  return { signal: () => AbortSignal.timeout(TIMEOUT_MS), ...(isLoopback && { [oauth.allowInsecureRequests]: true }) };
}

function grantedBy(tokens: oauth.TokenEndpointResponse, nowMs: number): Granted {
  return {
    access: tokens.access_token,
    expiresMs: nowMs + (tokens.expires_in ?? 3_600) * 1_000 - EARLY_MS,
    ...(tokens.refresh_token !== undefined && { refresh: tokens.refresh_token }),
  };
}

/** People may untick scopes on Google's page. An answer without the list granted what was asked for (RFC 6749, 5.1). */
function hasAll({ scopes }: Vendor, said: string | undefined): boolean {
  if (said === undefined) return true;
  const granted = new Set(said.split(/[ ,]+/));
  return scopes.every((scope) => granted.has(scope));
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof SignInFailure) throw cause;
    if (cause instanceof oauth.ResponseBodyError) {
      if (cause.status >= 500 || cause.status === 429) throw new SignInFailure("offline", cause);
      throw new SignInFailure(cause.error === "invalid_grant" ? "expired" : "misconfigured", cause);
    }
    throw new SignInFailure("offline", cause);
  }
}
