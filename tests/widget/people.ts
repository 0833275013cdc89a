/** What people do at Google and in the CRM, around the widget. */

import type { CrmItem, GoogleItem, Sandbox } from "../e2e/sandbox.ts";

/** Edits a meeting as its owner would in the CRM. */
export async function editInCrm(sandbox: Sandbox, id: string, fields: Partial<CrmItem>): Promise<void> {
  await send(sandbox, "PUT", `/crm/v8/Events/${id}`, "Zoho-oauthtoken sandbox-zoho", { data: [fields] });
}

/** Edits an event as its owner would at Google. */
export async function editInGoogle(sandbox: Sandbox, id: string, fields: Partial<GoogleItem>): Promise<void> {
  await send(sandbox, "PATCH", `/calendar/v3/calendars/primary/events/${id}`, "Bearer sandbox-google", fields);
}

/** Adds a meeting tomorrow. */
export async function addToCrm(sandbox: Sandbox, title: string): Promise<string> {
  const day = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
  const record = { Event_Title: title, Start_DateTime: `${day}T12:00:00+01:00`, End_DateTime: `${day}T13:00:00+01:00`, Meeting_Venue__s: "In-office" };
  const answer = await send(sandbox, "POST", "/crm/v8/Events", "Zoho-oauthtoken sandbox-zoho", { data: [record] });
  return (answer as { data: { details: { id: string } }[] }).data[0]!.details.id;
}

/** The field for the id of the Google event, as an administrator makes it: a value of it is the record's alone. */
export async function addMarkField(sandbox: Sandbox): Promise<void> {
  const field = { field_label: "Google Event Id", data_type: "text", external: { type: "user", show: false } };
  await send(sandbox, "POST", "/crm/v8/settings/fields?module=Events", "Zoho-oauthtoken sandbox-zoho", { fields: [field] });
}

/** Orders the sandbox to do something, by its admin routes. */
export async function order(sandbox: Sandbox, path: string, body: object): Promise<void> {
  await send(sandbox, "POST", `/sandbox/${path}`, undefined, body);
}

async function send(sandbox: Sandbox, method: string, path: string, authorization: string | undefined, body: object): Promise<unknown> {
  const headers = { "content-type": "application/json", ...(authorization !== undefined && { authorization }) };
  const answer = await fetch(sandbox.url + path, { method, headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${await answer.text()}`);
  const text = await answer.text();
  return text === "" ? undefined : JSON.parse(text);
}
