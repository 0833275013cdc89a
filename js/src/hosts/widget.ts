/**
 * The host's `fetch` inside a Zoho CRM widget: both services through named connections of the CRM, which hold the tokens.
 * Zoho calls the services from its own servers, so that neither a token nor another origin is ever in the frame.
 */

import { FetchFailure, type Host, type HostRequest, type HostResponse } from "../host.ts";
import type { Service } from "../types.ts";
import { answerOf, parsed, said } from "./widget/answer.ts";
import { guarded } from "./widget/guards.ts";
import { byRecords } from "./widget/records.ts";
import { isObject, member, type ZohoCrm } from "./widget/sdk.ts";

export type { ConnectionCall, CrmRecord, ZohoCrm } from "./widget/sdk.ts";

/** What {@link widgetFetch} needs to know of the CRM around the frame. */
export interface WidgetFetchOptions {
  /** `ZOHO.CRM` of the widget SDK, after `ZOHO.embeddedApp.init()`. */
  crm: ZohoCrm;
  /** Origin of the CRM's API in the organisation's data centre, as {@link apiOrigin} tells it. */
  zohoApi: string;
  /** Names of the connections, as they were made in the CRM's set-up. Default: `accord_google`, `accord_zoho`. */
  connections?: Partial<Record<Service, string>>;
  /** After how long a call counts as failed, in milliseconds; the SDK itself waits for ever. Default: 60,000. */
  timeoutMs?: number;
  /** Hears when a connection is refused, and when it answers (again). */
  onConnection?: (service: Service, works: boolean) => void;
}

/** The names under which an administrator makes the connections. */
export const CONNECTIONS: Readonly<Record<Service, string>> = { google: "accord_google", zoho: "accord_zoho" };

const GOOGLE = "https://www.googleapis.com";

/**
 * Origins from which Zoho serves the CRM, in all data centres (zoho.com/accounts/protocol/oauth/multi-dc.html), and the
 * domain of the data centre's other servers.
 */
const CRM_ORIGIN = /^https:\/\/(?:crm|crmplus|crmsandbox|one)\.((?:zoho\.(?:com|eu|in|com\.au|jp|com\.cn|sa|uk|ae))|zohocloud\.ca)$/;

/**
 * The origin of the CRM's API beside an origin of its pages, or `undefined` when it is none of Zoho's: nothing is to be
 * said to such a page. The SDK itself takes messages from any.
 *
 * @example
 * const origin = apiOrigin(new URLSearchParams(location.search).get("serviceOrigin") ?? "");   // https://www.zohoapis.eu
 */
export function apiOrigin(serviceOrigin: string): string | undefined {
  const domain = CRM_ORIGIN.exec(serviceOrigin)?.[1];
  return domain === undefined ? undefined : `https://www.${domain.replace("zohocloud", "zohocloudapis").replace(/^zoho\./, "zohoapis.")}`;
}

/** Who is signed in to the CRM. */
export interface WidgetUser {
  /** As the CRM prints it. */
  id: string;
  /** BCP 47, for example `"fr-FR"`. */
  locale: string | undefined;
  /** IANA name, for example `"Europe/Paris"`. */
  zone: string | undefined;
}

/**
 * Reads the answer of `CONFIG.getCurrentUser`, in its older and its newer form; `undefined` when it names nobody.
 *
 * @example
 * const user = widgetUser(await ZOHO.CRM.CONFIG.getCurrentUser());
 * const storage = indexedDbStorage(`accord-widget-${user?.id}`);
 */
export function widgetUser(answer: unknown): WidgetUser | undefined {
  const whole = parsed(answer);
  const users = member(whole, "users");
  const user: unknown = Array.isArray(users) ? users[0] : whole;
  const id = member(user, "id");
  if (!isObject(user) || typeof id !== "string") return undefined;
  const text = (name: string) => (typeof user[name] === "string" ? user[name] : undefined);
  return { id, locale: text("locale")?.replaceAll("_", "-"), zone: text("time_zone") };
}

/**
 * A `fetch` for {@link Host} in a widget's frame. To be used with `googleBatch: false`: a connection has no way to send
 * several requests in one.
 *
 * Rejects with a `FetchFailure`: a refused connection to Google is `auth-expired`; else `offline`, `timeout` or `aborted`. Where the one to the CRM is refused, the SDK's own functions are used
 * instead; with these, deletions in the CRM are not noticed.
 *
 * @example
 * const host = { storage, fetch: widgetFetch({ crm: ZOHO.CRM, zohoApi: "https://www.zohoapis.eu" }) };
 * const sync = await createSync(host, { googleBatch: false });
 */
export function widgetFetch(options: WidgetFetchOptions): Host["fetch"] {
  let refused = false;

  async function send(request: HostRequest, signal?: AbortSignal): Promise<HostResponse> {
    if (request.service === "zoho" && refused) return records(request, signal);
    const answer = said(await bounded(() => options.crm.CONNECTION.invoke(nameOf(request.service, options), callOf(request, options)), options, signal));
    options.onConnection?.(request.service, answer !== undefined);
    if (answer !== undefined) return answerOf(request.service, answer.body);
    if (request.service === "google") throw new FetchFailure("auth-expired");
    refused = true;
    return records(request, signal);
  }

  async function records(request: HostRequest, signal?: AbortSignal): Promise<HostResponse> {
    const answer = await bounded(() => byRecords(options.crm, request), options, signal);
    if (answer === undefined || isRefusal(answer)) throw new FetchFailure("auth-expired");
    return answer as HostResponse;
  }

  return guarded(send);
}

function nameOf(service: Service, { connections }: WidgetFetchOptions): string {
  return connections?.[service] ?? CONNECTIONS[service];
}

function callOf({ service, method, path, headers, body }: HostRequest, { zohoApi }: WidgetFetchOptions) {
  const url = (service === "google" ? GOOGLE : zohoApi) + path;
  return { url, method, param_type: body === undefined ? 1 : 2, parameters: body === undefined ? {} : parsed(body), headers } as const;
}

/** What the SDK rejects with is handed back as an answer: that is how a parent page refuses a call. */
async function bounded<T>(call: () => Promise<T>, { timeoutMs = 60_000 }: WidgetFetchOptions, signal?: AbortSignal): Promise<T | Refusal> {
  let late: ReturnType<typeof setTimeout> | undefined;
  let aborted = () => {};
  const ended = new Promise<never>((_resolve, reject) => {
    late = setTimeout(() => reject(new FetchFailure("timeout")), timeoutMs);
    aborted = () => reject(new FetchFailure("aborted"));
    signal?.addEventListener("abort", aborted);
    if (signal?.aborted) aborted();
  });
  try {
    return await Promise.race([ended, call().catch((reason: unknown) => offlineOr(reason))]);
  } finally {
    clearTimeout(late);
    signal?.removeEventListener("abort", aborted);
  }
}

interface Refusal {
  refused: true;
}

function isRefusal(value: unknown): value is Refusal {
  return member(value, "refused") === true;
}

function offlineOr(reason: unknown): Refusal {
  if (typeof navigator !== "undefined" && navigator.onLine === false) throw new FetchFailure("offline", reason);
  return { refused: true };
}
