/** What of a step does not depend on what the world is called: two steps of one shape are the same step, told of two worlds. */

import type { HttpRequest, Step } from "../types.ts";
import { parse, print, type Json } from "./json.ts";
import { skeleton } from "./vendor.ts";

export function shapeOf(step: Step): string {
  switch (step.type) {
    case "http":
      return step.requests.map(ofRequest).join("\n");
    case "load":
      return `${step.keys.map(ofKey).sort().join(" ")} ${ofKey(step.prefix ?? "")}`;
    case "save":
      return [...Object.entries(step.put).map(([key, text]) => `${ofKey(key)} ${ofText(text.slice(text.indexOf(":", 2) + 1))}`), ...step.remove.map(ofKey)].sort().join("\n");
    case "wait":
      return String(step.untilMs);
    case "offsets":
      return `${step.zone} ${step.fromMs} ${step.toMs}`;
    case "done":
      return print(skeleton(step.result as Json));
    case "failed":
      return `${step.error.code} ${step.error.retryAfterMs ?? ""}`;
  }
}

function ofRequest({ service, method, path, body }: HttpRequest): string {
  return `${service} ${method} ${ofPath(path)} ${body === undefined ? "" : ofText(body)}`;
}

export function ofPath(path: string): string {
  return path
    .replace(/\/calendars\/[^/?]+/, "/calendars/*")
    .replace(/\/([eE]vents)\/(?!deleted)[^/?\s]+/, "/$1/*")
    .replace(/((?:syncToken|pageToken|page_token)=)[^&\s]+/g, "$1*")
    .replace(/(ids=)([^&\s]+)/, (_found, name: string, ids: string) => `${name}${ids.split(",").length}`);
}

function ofKey(key: string): string {
  return key.replace(/^(link|crm)\/.+$/, "$1/*");
}

function ofText(text: string): string {
  const json = parse(text);
  if (json !== undefined) return print(skeleton(withoutNames(json)));
  // A batch: lines of HTTP and of JSON.
  return text.split(/\r?\n/).map((line) => (line.startsWith("{") ? ofText(line) : /^(?:[A-Z]+ \/|--|Content-)/.test(line) ? ofPath(line) : "")).join("\n");
}

/** Queries name users and addresses between quotation marks. */
function withoutNames(json: Json): Json {
  if (typeof json !== "object" || json === null || Array.isArray(json)) return json;
  const query = json["select_query"];
  if (typeof query !== "string") return json;
  const quoted = (query.match(/'(?:[^']|'')*'/g) ?? []).filter((text) => /^'\d{4}-\d\d-\d\d/.test(text));
  return { rest: query.replace(/'(?:[^']|'')*'/g, "*").length, quoted };
}
