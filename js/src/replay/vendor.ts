/**
 * The services' JSON with everything replaced that could tell something. A value stays only where its field and the value
 * itself are on the lists here: unknown fields, and unknown values of known ones, never get through.
 */

import type { Service } from "../types.ts";
import { isObject, parse, print, type Json } from "./json.ts";
import type { Form, Naming } from "./names.ts";

const words = (text: string) => text.trim().split(/\s+/);

/** Field names of both services, and of Accord in them. */
const FIELDS = new Set(words(`
  kind etag items nextPageToken nextSyncToken defaultReminders method minutes id status updated created eventType summary
  summaryOverride description location start end date dateTime timeZone visibility transparency organizer creator email self
  guestsCanModify guestsCanInviteOthers guestsCanSeeOtherGuests locked privateCopy attendees displayName resource optional
  attendeesOmitted recurrence recurringEventId originalStartTime reminders useDefault overrides extendedProperties private
  shared accordCrm accordBase error errors code message reason domain accessRole primary deleted selected responseStatus
  sequence iCalUID htmlLink colorId hidden
  data info more_records next_page_token previous_page_token page per_page count details api_name users org modules fields
  length data_type system_mandatory read_only field_read_only pick_list_values actual_value display_value api_supported
  viewable creatable editable deletable permissions time_zone Email deleted_time type participant name unit period trigger
  Event_Title Start_DateTime End_DateTime All_day Venue Description Participants Remind_At Owner Recurring_Activity
  Created_Time Modified_Time Created_By Modified_By Last_Name First_Name Google_Event_Id Events Contacts Leads action
  duplicate_field expected_data_type json_path visible required select_query
`));

/** Values that stay: what the services' documents list, as far as it says nothing about anybody. */
const VALUES = new Set(words(`
  confirmed tentative cancelled default public private confidential opaque transparent needsAction declined accepted popup
  email sms owner writer reader freeBusyReader none fromGmail focusTime outOfOffice workingLocation birthday
  calendar#event calendar#events calendar#calendarList calendar#calendarListEntry
  global calendar usageLimits userRateLimitExceeded rateLimitExceeded quotaExceeded dailyLimitExceeded fullSyncRequired
  updatedMinTooLongAgo notFound deleted duplicate forbidden forbiddenForNonOrganizer insufficientPermissions
  accessNotConfigured conditionNotMet invalid required authError backendError internalError badRequest
  requiredAccessLevel PERMISSION_DENIED UNAUTHENTICATED NOT_FOUND INVALID_ARGUMENT RESOURCE_EXHAUSTED
  SUCCESS ALREADY_MODIFIED DUPLICATE_DATA INTERNAL_ERROR INVALID_DATA INVALID_QUERY INVALID_TOKEN NO_PERMISSION
  OAUTH_SCOPE_MISMATCH TOO_MANY_REQUESTS MANDATORY_NOT_FOUND AUTHENTICATION_FAILURE NOT_MODIFIED LIMIT_EXCEEDED
  INVALID_URL_PATTERN INVALID_REQUEST_METHOD NOT_APPROVED RECORD_LOCKED INVALID_MODULE DEPENDENT_FIELD_MISSING
  success error active disabled inactive closed user contact lead picklist text textarea datetime boolean
  event_reminder ownerlookup bigint integer double lookup insert update minutes hours days weeks permanent recycle -None-
`));

const TEXTS: { [field: string]: Form } = { summary: "title", Event_Title: "title", location: "place", Venue: "place", description: "html", Description: "plain" };
const TIMES = new Set(words("date dateTime updated created Start_DateTime End_DateTime Created_Time Modified_Time deleted_time"));
const TIME = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?$/;
const NUMBERS = new Set(words("minutes code length count page per_page unit sequence"));
const TOKENS = new Set(words("etag nextPageToken nextSyncToken next_page_token previous_page_token"));
const ZONES = new Set(["timeZone", "time_zone"]);
const RIGHT = /^Crm_Implied_[A-Z][a-z]+(?:_[A-Z][a-z]+)?_(?:Events|Contacts|Leads)$/;

/** What a translated mark of an event holds, given the fingerprints that it held. */
export type Marks = (digits: string) => string;

/** Goes through one service's JSON with a naming. */
export class Vendor {
  readonly #service: Service;
  readonly #naming: Naming;
  readonly #marks: Marks;

  constructor(service: Service, naming: Naming, marks: Marks = () => "") {
    this.#service = service;
    this.#naming = naming;
    this.#marks = marks;
  }

  /** A body: JSON, a multipart answer or request, or what is neither. */
  body(text: string): string {
    if (text.trim() === "") return "";
    const json = parse(text);
    if (json !== undefined) return print(this.value(json));
    return this.#service === "google" && text.trimStart().startsWith("--") ? this.#parts(text) : "not JSON";
  }

  value(value: Json, field = ""): Json {
    if (Array.isArray(value)) {
      if (field === "attendees" || field === "Participants") this.#naming.guests(value.flatMap(addressOf));
      return value.map((item) => this.value(item, field));
    }
    if (isObject(value)) {
      const entries = Object.entries(value).map(([key, item]): [string, Json] => [this.field(key), this.value(item, key)]);
      return Object.fromEntries(entries);
    }
    if (typeof value === "string") return this.#text(value, field);
    if (typeof value === "bigint") return field === "id" ? BigInt(this.#naming.crmId(String(value))) : 0;
    if (typeof value === "number") return NUMBERS.has(field) ? value : 0;
    return value;
  }

  /** The name of a field; those of an organisation's own fields may tell something. */
  field(name: string): string {
    return FIELDS.has(name) ? name : this.#naming.label(name);
  }

  #text(text: string, field: string): string {
    const naming = this.#naming;
    const form = TEXTS[field];
    if (form) return this.#naming.text(text, form);
    if (TOKENS.has(field)) return naming.token(text);
    if (TIMES.has(field) && TIME.test(text)) return text;
    if (ZONES.has(field) && isZone(text)) return text;
    switch (field) {
      case "id":
        if (this.#service === "zoho") return naming.crmId(text);
        return text.includes("@") ? this.#naming.calendar(text) : naming.googleId(text);
      case "recurringEventId":
      case "Google_Event_Id":
        return naming.googleId(text);
      case "accordCrm":
        return naming.crmId(text);
      case "accordBase":
        return this.#marks(text);
      case "email":
      case "Email":
        return naming.address(text);
      case "participant":
        return text.includes("@") || !/^\d+$/.test(text) ? naming.address(text) : naming.crmId(text);
      case "api_name":
      case "actual_value":
        return VALUES.has(text) ? text : this.field(text);
      case "permissions":
        return RIGHT.test(text) ? text : this.#naming.label(text);
      default:
        return FIELDS.has(field) && VALUES.has(text) ? text : this.#naming.label(text);
    }
  }

  /** `multipart/mixed`, as Google's batch endpoint takes and gives it. */
  #parts(text: string): string {
    const [delimiter = "--"] = text.trimStart().split(/\r?\n/, 1);
    const out: string[] = [];
    for (const part of text.split(delimiter.trimEnd()).slice(1)) {
      const id = /^content-id:[^\r\n]*?(\d+)>?\s*$/im.exec(part)?.[1];
      const status = /^HTTP\/[\d.]+ (\d{3})/m.exec(part);
      if (id === undefined || !status) continue;
      const after = part.slice(status.index).split(/\r?\n\r?\n/).slice(1).join("\r\n\r\n");
      const wait = retryAfter(/^retry-after:\s*([^\r\n]+)/im.exec(part.slice(status.index))?.[1]);
      out.push(`--replay\r\nContent-Type: application/http\r\nContent-ID: <response-item-${id}>\r\n\r\nHTTP/1.1 ${status[1] ?? ""} Replayed\r\n`
        + `${wait === undefined ? "" : `Retry-After: ${wait}\r\n`}\r\n${this.body(after.trim())}\r\n`);
    }
    return `${out.join("")}--replay--\r\n`;
  }
}

/** The ids of a request's path and body, which the engine may have made itself. */
export function noteRequest(service: Service, path: string, body: string | undefined, naming: Naming): void {
  const id = /\/events\/([^/?\s]+)/.exec(path)?.[1];
  if (service === "google" && id !== undefined) naming.googleId(decodeURIComponent(id));
  if (body === undefined) return;
  const json = parse(body);
  if (json !== undefined) {
    new Vendor(service, naming).value(json);
    return;
  }
  for (const line of body.split(/\r?\n/)) {
    const [, nested] = /^[A-Z]+ (\/\S+)$/.exec(line) ?? [];
    if (nested !== undefined) noteRequest(service, nested, undefined, naming);
    else if (line.startsWith("{")) noteRequest(service, "", line, naming);
  }
}

/** The wait that an answer asks for; nothing when the header holds anything else. */
export function retryAfter(text: string | undefined): string | undefined {
  const value = text?.trim();
  return value !== undefined && /^(?:\d{1,9}|[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT)$/.test(value) ? value : undefined;
}

/** Larger numbers are fingerprints, and no times of this century. */
const LATEST_MS = 4e12;

/** What is left of a value when texts are left out: two of them are of one shape when this is the same. */
export function skeleton(value: Json): Json {
  if (Array.isArray(value)) return value.map(skeleton);
  if (isObject(value)) {
    const entries = Object.entries(value).map(([key, item]): [string, Json] => [FIELDS.has(key) || /^[a-zA-Z]{1,24}$/.test(key) ? key : "*", skeleton(item)]);
    return Object.fromEntries(entries.filter(([key]) => key !== "kept"));
  }
  if (typeof value === "string") return TIME.test(value) || VALUES.has(value) ? value : "";
  return typeof value === "bigint" || (typeof value === "number" && value > LATEST_MS) ? 0 : value;
}

/** Whether a value is one of the services' own. */
export function isValue(text: string): boolean {
  return VALUES.has(text);
}

export function isTime(text: string): boolean {
  return TIME.test(text);
}

export function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

function addressOf(row: Json): string[] {
  if (!isObject(row) || row["self"] === true || row["resource"] === true) return [];
  const { email, Email, participant } = row;
  const address = [email, Email, participant].find((text) => typeof text === "string" && text.includes("@"));
  return typeof address === "string" ? [address] : [];
}
