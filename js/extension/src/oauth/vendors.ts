/** What differs between Google's and Zoho's OAuth: endpoints, scopes, parameters, and the shape of refusals. */

import type { AuthorizationServer, Client } from "oauth4webapi";
import { GOOGLE, type Centre } from "../servers.ts";

/** A client as registered with a vendor; see README.md for how. */
export interface Registration {
  clientId: string;
  /**
   * Google wants the secret of a desktop or web client even with PKCE, and calls that of an installed application not
   * confidential (Google Identity, "OAuth 2.0 for Mobile & Desktop Apps").
   */
  clientSecret?: string | undefined;
}

export interface Vendor {
  service: "google" | "zoho";
  server: AuthorizationServer;
  client: Client;
  clientSecret: string | undefined;
  scopes: readonly string[];
  /** How scopes are told apart in a request. */
  separator: " " | ",";
  /** Beside what the standard asks for. */
  parameters: Readonly<Record<string, string>>;
  /** Makes a refusal an HTTP error as the standard wants it. */
  standardized(answer: Response): Promise<Response>;
}

/** Read and write events, and list the calendars: nothing else of Google. */
export const GOOGLE_SCOPES = ["https://www.googleapis.com/auth/calendar.events", "https://www.googleapis.com/auth/calendar.calendarlist.readonly"] as const;

/** Zoho CRM API v8, "Scopes". Contacts are created only under the setting `guests: "add-as-contacts"`. */
export const ZOHO_SCOPES = [
  "ZohoCRM.modules.events.ALL", "ZohoCRM.modules.contacts.READ", "ZohoCRM.modules.contacts.CREATE", "ZohoCRM.modules.leads.READ",
  "ZohoCRM.coql.READ", "ZohoCRM.users.READ", "ZohoCRM.org.READ", "ZohoCRM.settings.modules.READ", "ZohoCRM.settings.fields.READ",
] as const;

export function googleVendor({ clientId, clientSecret }: Registration): Vendor {
  return {
    service: "google",
    server: { issuer: GOOGLE.issuer, authorization_endpoint: GOOGLE.authorize, token_endpoint: GOOGLE.token, revocation_endpoint: GOOGLE.revoke },
    client: { client_id: clientId },
    clientSecret,
    scopes: GOOGLE_SCOPES,
    separator: " ",
    // Without `consent`, Google hands out a refresh token at the first sign-in only.
    parameters: { access_type: "offline", prompt: "consent", include_granted_scopes: "false" },
    standardized: async (answer) => answer,
  };
}

export function zohoVendor({ clientId, clientSecret }: Registration, { accounts }: Centre): Vendor {
  return {
    service: "zoho",
    server: {
      issuer: accounts,
      authorization_endpoint: `${accounts}/oauth/v2/auth`,
      token_endpoint: `${accounts}/oauth/v2/token`,
      revocation_endpoint: `${accounts}/oauth/v2/token/revoke`,
    },
    client: { client_id: clientId },
    clientSecret,
    scopes: ZOHO_SCOPES,
    separator: ",",
    parameters: { access_type: "offline", prompt: "consent" },
    standardized: refusedWithStatus,
  };
}

/** Zoho tells refusals with status 200 (Kaizen #43), in words of its own. */
async function refusedWithStatus(answer: Response): Promise<Response> {
  if (!answer.ok) return answer;
  const body: unknown = await answer.clone().json().catch(() => undefined);
  if (typeof body !== "object" || body === null || !("error" in body)) return answer;
  const [status, error] = ZOHO_ERRORS[String(body.error)] ?? [400, "invalid_request"];
  return Response.json({ error }, { status });
}

const ZOHO_ERRORS: Record<string, [status: number, error: string]> = {
  invalid_code: [400, "invalid_grant"],
  invalid_client: [400, "invalid_client"],
  invalid_client_secret: [400, "invalid_client"],
  invalid_redirect_uri: [400, "invalid_client"],
  // Too many tokens in ten minutes: it passes.
  "Access Denied": [503, "temporarily_unavailable"],
};
