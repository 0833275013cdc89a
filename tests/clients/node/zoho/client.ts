/** Zoho's SDK, pointed at a sandbox by its own options. */

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach } from "node:test";
import {
  type APIResponse,
  Choice,
  DataCenter,
  FileStore,
  Header,
  HeaderMap,
  InitializeBuilder,
  OAuthBuilder,
  type Param,
  ParameterMap,
  Record,
  type Refusal,
  SDKConfigBuilder,
} from "@zohocrm/nodejs-sdk-8.0";
import type { Sandbox } from "../sandbox.ts";

/** Not among the SDK's headers, though documented (Zoho CRM API v7, update-records). */
export const IF_UNMODIFIED_SINCE = new Header("If-Unmodified-Since");

/** A meeting's hour, as an instant. */
export const START = new Date("2026-11-25T09:00:00Z");

/** An id that no record has. */
export const NOBODY = 4876876999999999999n;

const HOUR_MS = 3_600_000;

/** The SDK, started anew before each test of a file, with a folder of its own for what it keeps. */
export class Zoho {
  readonly events = new Record.RecordOperations("Events");
  readonly contacts = new Record.RecordOperations("Contacts");
  #folder = "";

  /** Registers hooks with Node's test runner; to be called after `Sandbox.forThisFile`. */
  static forThisFile(sandbox: Sandbox): Zoho {
    const zoho = new Zoho();
    const folders: string[] = [];
    beforeEach(async () => {
      zoho.#folder = await mkdtemp(join(tmpdir(), "accord-zoho-"));
      folders.push(zoho.#folder);
      await zoho.start(sandbox);
    });
    after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));
    return zoho;
  }

  /** Initialises the SDK, which forgets who used it before. */
  async start(sandbox: Sandbox, refreshToken = "sandbox-refresh"): Promise<void> {
    await rm(this.tokenFile, { force: true });
    const token = new OAuthBuilder()
      .clientId("1000.SANDBOX")
      .clientSecret("secret")
      .refreshToken(refreshToken)
      .redirectURL("http://localhost/callback")
      .build();
    const start = await new InitializeBuilder();
    await start
      .environment(DataCenter.setEnvironment(sandbox.url, `${sandbox.url}/oauth/v2/token`, sandbox.url))
      .token(token)
      .store(this.store)
      // Picklists are left to the server; the token's api_domain must not lead away from the sandbox.
      .SDKConfig(new SDKConfigBuilder().pickListValidation(false).updateAPIDomain(false).build())
      .resourcePath(this.#folder)
      .initialize();
  }

  get tokenFile(): string {
    return join(this.#folder, "tokens.csv");
  }

  get store(): FileStore {
    return new FileStore(this.tokenFile);
  }

  /** Lets the next call ask for a new token: the SDK goes by its own clock, which the sandbox's may have left. */
  async renew(): Promise<void> {
    const token = one(await this.store.getTokens());
    token.setAccessToken("");
    await this.store.saveToken(token);
  }

  /** Creates a meeting and tells its id. */
  async create(record: Record.Record): Promise<bigint> {
    const [outcome] = outcomes(await this.events.createRecords(body(record)), 201);
    assert.ok(outcome instanceof Record.SuccessResponse);
    return BigInt(String(outcome.getDetails().get("id")));
  }

  /** A meeting by its id. */
  async read(id: bigint): Promise<Record.Record> {
    const response = await this.events.getRecord(id, new ParameterMap(), new HeaderMap());
    return one(answer(response, 200, Record.ResponseWrapper).getData());
  }
}

/** The typed answer, once it has the status and the class that a test expects. */
export function answer<T>(response: APIResponse, status: number, kind: abstract new (...args: never[]) => T): T {
  assert.equal(response.getStatusCode(), status, JSON.stringify(response.getObject(), plain));
  const given = response.getObject();
  assert.ok(given instanceof kind, `${kind.name}, not ${String(given?.constructor.name)}`);
  return given;
}

/** An answer without a body. */
export function nothing(response: APIResponse, status: 204 | 304): void {
  assert.equal(response.getStatusCode(), status);
  assert.equal(response.getObject(), null);
}

/** What a write says about each record, in the order of the request. */
export function outcomes(response: APIResponse, status: number): (Record.SuccessResponse | Record.APIException)[] {
  return answer(response, status, Record.ActionWrapper).getData();
}

/** Code and details of a refusal, its status and message being what errors have. */
export function refusal(given: Refusal | Record.SuccessResponse | undefined): [string, { [name: string]: unknown }] {
  assert.ok(given !== undefined);
  assert.equal(given.getStatus().getValue(), "error");
  const message = given.getMessage();
  assert.notEqual(message instanceof Choice ? message.getValue() : message, "");
  return [given.getCode().getValue(), Object.fromEntries(given.getDetails())];
}

/** The only row of a list. */
export function one<T>(rows: T[]): T {
  assert.equal(rows.length, 1);
  return rows[0] as T;
}

/** An hour's meeting with all that is mandatory, which nobody is mailed about. */
export async function meeting(title = "Planning", more: object = {}, start: Date = START): Promise<Record.Record> {
  const record = new Record.Record();
  await record.addFieldValue(Record.Field.Events.EVENT_TITLE, title);
  await record.addFieldValue(Record.Field.Events.START_DATETIME, start);
  await record.addFieldValue(Record.Field.Events.END_DATETIME, new Date(start.getTime() + HOUR_MS));
  record.addKeyValue("Meeting_Venue__s", new Choice("In-office"));
  record.addKeyValue("$send_notification", false);
  return having(record, more);
}

/** Several meetings, M0 to M(count − 1). */
export function meetings(count: number): Promise<Record.Record[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => meeting(`M${index}`)));
}

/** The record with some fields set. */
export function having(record: Record.Record, fields: object): Record.Record {
  for (const [name, value] of Object.entries(fields)) record.addKeyValue(name, value);
  return record;
}

/** A change of a record. */
export function change(id: bigint, fields: object): Record.Record {
  const record = new Record.Record();
  record.setId(id);
  return having(record, fields);
}

/** The body of a write that starts no workflow. */
export function body(...records: Record.Record[]): Record.BodyWrapper {
  const wrapper = new Record.BodyWrapper();
  wrapper.setData(records);
  wrapper.setTrigger([]);
  return wrapper;
}

/** Parameters of a call. */
export async function params(...pairs: [Param, unknown][]): Promise<ParameterMap> {
  const made = new ParameterMap();
  for (const [param, value] of pairs) await made.add(param, value);
  return made;
}

/** One header of a call. */
export async function headers(header: Header, value: unknown): Promise<HeaderMap> {
  const made = new HeaderMap();
  await made.add(header, value);
  return made;
}

function plain(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value instanceof Map ? Object.fromEntries(value) : value;
}
