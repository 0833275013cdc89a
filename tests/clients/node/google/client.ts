/** Google's client, pointed at a sandbox by its own options. */

import { auth, calendar, type calendar_v3 } from "@googleapis/calendar";

/** The token that the sandbox takes. */
export const TOKEN = "sandbox-google";

export function client(url: string, token: string = TOKEN): calendar_v3.Calendar {
  const user = new auth.OAuth2();
  user.setCredentials({ access_token: token });
  return calendar({ version: "v3", auth: user, rootUrl: `${url}/` });
}
