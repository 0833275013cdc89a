/** The host's `fetch` over the browser's: adds origin and token, which the module never sees. */

import { FetchFailure, type Host, type HostRequest, type HostResponse } from "../host.ts";
import type { Service } from "../types.ts";

/** Where a service is, and how to come by its token. */
export interface ServiceAccess {
  /** Origin, for example `"https://www.googleapis.com"`; paths of requests are appended to it. */
  base: string;
  /**
   * The access token. Called before each request with `refresh: false`, and once more with
   * `refresh: true` after the service refused the token. Reject, or return `undefined`, when the
   * user has to sign in again.
   */
  token(options: { refresh: boolean }): Promise<string | undefined> | string | undefined;
}

/** What {@link browserFetch} is told: both services, and how long to wait for them. */
export interface FetchOptions {
  /** Google Calendar. */
  google: ServiceAccess;
  /** The CRM, in the user's data centre. */
  zoho: ServiceAccess;
  /** After how long without a complete answer a request counts as failed, in milliseconds. Default: 60,000. */
  timeoutMs?: number;
}

const SCHEME: Record<Service, string> = { google: "Bearer", zoho: "Zoho-oauthtoken" };

/**
 * A `fetch` for {@link Host}, over the global one.
 *
 * Rejects with a `FetchFailure`: `auth-expired` when there is no token, else `offline`, `timeout` or `aborted`. A token
 * that is still refused after one refresh is the service's own answer, 401.
 *
 * @example
 * const host: Host = {
 *   storage: indexedDbStorage(),
 *   fetch: browserFetch({
 *     google: { base: "https://www.googleapis.com", token: ({ refresh }) => google.accessToken(refresh) },
 *     zoho: { base: "https://www.zohoapis.eu", token: ({ refresh }) => zoho.accessToken(refresh) },
 *   }),
 * };
 */
export function browserFetch(options: FetchOptions): Host["fetch"] {
  const refreshing = new Map<Service, Promise<string>>();

  function refreshed(service: Service): Promise<string> {
    const running = refreshing.get(service);
    if (running) return running;
    const token = tokenOf(options[service], true).finally(() => refreshing.delete(service));
    refreshing.set(service, token);
    return token;
  }

  return async (request, signal) => {
    const token = await tokenOf(options[request.service], false);
    const first = await send(request, token, options, signal);
    if (first.status !== 401) return first;
    // A 401 had no effect on the service, so sending the same request again is safe.
    const renewed = await refreshed(request.service);
    return renewed === token ? first : send(request, renewed, options, signal);
  };
}

async function tokenOf(access: ServiceAccess, refresh: boolean): Promise<string> {
  let token: string | undefined;
  try {
    token = await access.token({ refresh });
  } catch (cause) {
    throw cause instanceof FetchFailure ? cause : new FetchFailure("auth-expired", cause);
  }
  if (token === undefined) throw new FetchFailure("auth-expired");
  return token;
}

async function send(request: HostRequest, token: string, options: FetchOptions, signal?: AbortSignal): Promise<HostResponse> {
  const timeout = AbortSignal.timeout(options.timeoutMs ?? 60_000);
  const url = urlOf(request, options[request.service]);
  const headers = new Headers(request.headers);
  headers.set("authorization", `${SCHEME[request.service]} ${token}`);
  try {
    const response = await fetch(url, {
      method: request.method,
      headers,
      ...(request.body === undefined ? {} : { body: request.body }),
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      cache: "no-store",
      credentials: "omit",
      referrerPolicy: "no-referrer",
      // A redirect could carry the token to another origin.
      redirect: "error",
    });
    const body = new Uint8Array(await response.arrayBuffer());
    return { status: response.status, headers: Object.fromEntries(response.headers), body };
  } catch (cause) {
    if (signal?.aborted) throw new FetchFailure("aborted", cause);
    throw new FetchFailure(timeout.aborted ? "timeout" : "offline", cause);
  }
}

function urlOf(request: HostRequest, { base }: ServiceAccess): string {
  if (!request.path.startsWith("/")) throw new TypeError("A request's path starts with a slash.");
  return base.replace(/\/+$/, "") + request.path;
}
