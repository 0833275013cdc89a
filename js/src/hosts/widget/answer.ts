/** Rebuilds an HTTP answer from what a connection hands back: the body alone, without status and headers. */

import type { HostResponse } from "../../host.ts";
import type { Service } from "../../types.ts";
import { isObject, member } from "./sdk.ts";

/**
 * The statuses of Zoho's error codes (Zoho CRM API v8, "Status codes and error codes"). A code that is not listed is a
 * refusal of what was sent.
 */
const ZOHO_STATUS: Record<string, number> = {
  INVALID_TOKEN: 401,
  INVALID_OAUTHTOKEN: 401,
  AUTHENTICATION_FAILURE: 401,
  OAUTH_SCOPE_MISMATCH: 401,
  NO_PERMISSION: 403,
  AUTHORIZATION_FAILED: 403,
  INVALID_URL_PATTERN: 404,
  ALREADY_MODIFIED: 412,
  TOO_MANY_REQUESTS: 429,
  RATE_LIMIT_EXCEEDED: 429,
  API_LIMIT_EXCEEDED: 429,
  INTERNAL_ERROR: 500,
  INTERNAL_SERVER_ERROR: 500,
  SERVICE_UNAVAILABLE: 503,
};

/**
 * What the service said, out of what `CONNECTION.invoke` resolved with. The SDK's source shows it in `details`, its
 * documentation in `details.statusMessage`; either way it is JSON, or JSON in text, or text.
 *
 * @returns `undefined` when the call itself was refused: there is no such connection, or nobody authorised it.
 */
export function said(resolved: unknown): { body: unknown } | undefined {
  const whole = parsed(resolved);
  if (member(whole, "code") !== "SUCCESS") return undefined;
  const details = member(whole, "details");
  const wrapped = isObject(details) && "statusMessage" in details;
  return { body: parsed(wrapped ? details["statusMessage"] : details) };
}

/** The answer as the engine expects one. */
export function answerOf(service: Service, body: unknown): HostResponse {
  if (body === undefined || body === null || body === "") return { status: 204, headers: {}, body: "" };
  // A page of a proxy or a gateway: neither service answers in anything but JSON.
  if (typeof body === "string") return { status: 502, headers: {}, body };
  const status = service === "google" ? googleStatus(body) : zohoStatus(body);
  return { status, headers: {}, body: JSON.stringify(body) };
}

/** Google repeats the status in the body of every error (Google Calendar API, guides/errors). */
function googleStatus(body: unknown): number {
  const error = member(body, "error");
  if (error === undefined) return 200;
  const code = Number(member(error, "code"));
  if (Number.isInteger(code) && code >= 400 && code <= 599) return code;
  // The token endpoint's form, `{"error": "invalid_grant"}`: the connection could not renew its token.
  return typeof error === "string" ? 401 : 500;
}

/** Results of single records stand in `data` and speak for themselves; an error of the whole has a `code` at the top. */
function zohoStatus(body: unknown): number {
  const code = member(body, "code");
  if (typeof code !== "string" || member(body, "status") !== "error") return 200;
  return ZOHO_STATUS[code] ?? 400;
}

/** JSON in text as what it says; everything else as it is. */
export function parsed(value: unknown): unknown {
  if (typeof value !== "string" || value === "") return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}
