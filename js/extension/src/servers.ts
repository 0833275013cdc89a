/** The servers that the extension may talk to: Google's, and those of each data centre of Zoho. */

/** Zoho keeps each organisation in one data centre, with servers of its own. */
export interface Centre {
  /** As in `location` of Zoho's callback (Zoho accounts, "Multi DC"). */
  id: string;
  /** Country or region, in English. */
  name: string;
  accounts: string;
  api: string;
  /** Where people use the CRM; its own saves are watched there, nothing is sent to it. */
  crm: string;
}

export interface GoogleServers {
  authorize: string;
  token: string;
  revoke: string;
  api: string;
  /** As in `iss` of Google's callback. */
  issuer: string;
}

/** Set by the end-to-end build: one origin that plays all servers. Absent from what is published. */
declare const __SANDBOX__: string | undefined;
const sandbox: string | undefined = typeof __SANDBOX__ === "string" ? __SANDBOX__ : undefined;

/** Google Identity, "OAuth 2.0 for Mobile & Desktop Apps": the endpoints of the discovery document. */
export const GOOGLE: GoogleServers = sandbox
  ? { authorize: `${sandbox}/o/oauth2/v2/auth`, token: `${sandbox}/token`, revoke: `${sandbox}/revoke`, api: sandbox, issuer: sandbox }
  : {
      authorize: "https://accounts.google.com/o/oauth2/v2/auth",
      token: "https://oauth2.googleapis.com/token",
      revoke: "https://oauth2.googleapis.com/revoke",
      api: "https://www.googleapis.com",
      issuer: "https://accounts.google.com",
    };

/** Zoho CRM API v8, "Multi-DC support". The United Kingdom is named by Zoho's clients only. */
export const CENTRES: readonly Centre[] = sandbox
  ? [{ id: "us", name: "Sandbox", accounts: sandbox, api: sandbox, crm: sandbox }]
  : [
      centre("us", "United States", "zoho.com", "zohoapis.com"),
      centre("eu", "Europe", "zoho.eu", "zohoapis.eu"),
      centre("in", "India", "zoho.in", "zohoapis.in"),
      centre("au", "Australia", "zoho.com.au", "zohoapis.com.au"),
      centre("cn", "China", "zoho.com.cn", "zohoapis.com.cn"),
      centre("jp", "Japan", "zoho.jp", "zohoapis.jp"),
      centre("sa", "Saudi Arabia", "zoho.sa", "zohoapis.sa"),
      centre("ca", "Canada", "zohocloud.ca", "zohoapis.ca"),
      centre("uk", "United Kingdom", "zoho.uk", "zohoapis.uk"),
    ];

function centre(id: string, name: string, site: string, api: string): Centre {
  return { id, name, accounts: `https://accounts.${site}`, api: `https://www.${api}`, crm: `https://crm.${site}` };
}

/** The data centre of that id. */
export function centreOf(id: string | undefined): Centre | undefined {
  return CENTRES.find((centre) => centre.id === id);
}

/** The match patterns that a data centre needs; asked for when a person chooses it. Patterns name no port. */
export function originsOf({ accounts, api, crm }: Centre): string[] {
  return [...new Set([accounts, api, crm].map((origin) => `${new URL(origin).protocol}//${new URL(origin).hostname}/*`))];
}
