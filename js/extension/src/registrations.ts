/** The clients of this build, from its environment; README.md says how to register them. */

import type { Registrations } from "./oauth/tokens.ts";

export const registrations: Registrations = {
  google: { clientId: import.meta.env["WXT_GOOGLE_CLIENT_ID"] ?? "", clientSecret: import.meta.env["WXT_GOOGLE_CLIENT_SECRET"] || undefined },
  zoho: { clientId: import.meta.env["WXT_ZOHO_CLIENT_ID"] ?? "", clientSecret: import.meta.env["WXT_ZOHO_CLIENT_SECRET"] || undefined },
};
