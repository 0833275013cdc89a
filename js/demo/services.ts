/** The page's own requests to the two services, through the same adapter that the sync uses. */

import { browserFetch, createSync, indexedDbStorage, type Host, type Service, type Sync } from "../src/index.ts";

const base = location.origin;

export const fetchFromServices = browserFetch({
  google: { base, token: () => "sandbox-google" },
  zoho: { base, token: () => "sandbox-zoho" },
});

export const storage = indexedDbStorage("accord-demo");

/** Module and facade, loaded when first asked for. */
export function openSync(): Promise<Sync> {
  const host: Host = { storage, fetch: fetchFromServices };
  return createSync(host);
}

/** A service answered with an HTTP error. */
export class ServiceError extends Error {
  override readonly name = "ServiceError";
  readonly status: number;

  constructor(status: number) {
    super(`The service answered ${status}.`);
    this.status = status;
  }
}

export interface Call {
  service: Service;
  method?: string;
  path: string;
  body?: unknown;
  /** The etag that the record must still have. */
  ifMatch?: string | undefined;
  /** The time after which the record must not have been changed. */
  ifUnmodifiedSince?: string | undefined;
}

/** Performs one request; `undefined` stands for an empty answer. */
export async function call({ service, method = "GET", path, body, ifMatch, ifUnmodifiedSince }: Call): Promise<unknown> {
  const headers: Record<string, string> = { accept: "application/json" };
  if (body !== undefined) headers["content-type"] = "application/json";
  if (ifMatch !== undefined) headers["if-match"] = ifMatch;
  if (ifUnmodifiedSince !== undefined) headers["if-unmodified-since"] = ifUnmodifiedSince;
  const answer = await fetchFromServices({ service, method, path, headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
  if (answer.status < 200 || answer.status > 299) throw new ServiceError(answer.status);
  const text = typeof answer.body === "string" ? answer.body : new TextDecoder().decode(answer.body);
  return text === "" ? undefined : JSON.parse(text);
}
