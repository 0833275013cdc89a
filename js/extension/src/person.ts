/** Who is signed in, as each service calls them. For display only. */

import type { Host } from "../../src/host.ts";
import type { Service } from "../../src/types.ts";

/** The person's address at the service; empty when the answer has none. */
export async function addressAt(service: Service, fetch: Host["fetch"]): Promise<string> {
  const path = service === "google" ? "/calendar/v3/users/me/calendarList/primary?fields=id" : "/crm/v8/users?type=CurrentUser";
  const { status, body } = await fetch({ service, method: "GET", path, headers: {} });
  if (status !== 200) return "";
  const answer: unknown = JSON.parse(typeof body === "string" ? body : new TextDecoder().decode(body));
  // The id of the primary calendar is the account's address (Calendar API v3, "Calendars and events").
  return service === "google" ? text(answer, "id") : text(first(member(answer, "users")), "email");
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function first(value: unknown): unknown {
  return Array.isArray(value) ? value[0] : undefined;
}

function text(value: unknown, name: string): string {
  const found = member(value, name);
  return typeof found === "string" ? found : "";
}
