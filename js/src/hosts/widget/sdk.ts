/** What Accord uses of Zoho's widget SDK, as its published source has it (github.com/ZohoDevelopers/embeddedApp-js-sdk). */

/** A call through a connection. */
export interface ConnectionCall {
  /** In full, with the query of a read. */
  url: string;
  /** Of HTTP. */
  method: string;
  /** 1: `parameters` are the query. 2: they are the body. */
  param_type: 1 | 2;
  /** The query as an object, or the body. */
  parameters: unknown;
  /** Sent with the request; Zoho adds the token. */
  headers: Record<string, string>;
}

/** A record as the CRM's API has it. */
export type CrmRecord = Record<string, unknown>;

/** `ZOHO.CRM` of the SDK. Every answer is `unknown`: what comes is the parent page's. */
export interface ZohoCrm {
  /** Calls of other services, with the tokens that Zoho keeps. */
  CONNECTION: {
    /** Calls through the connection of that name. */
    invoke(name: string, call: ConnectionCall): Promise<unknown>;
  };
  /** Who is there. */
  CONFIG: {
    /** The user who looks at the page. */
    getCurrentUser(): Promise<unknown>;
    /** The organisation of that user. */
    getOrgInfo(): Promise<unknown>;
  };
  /** What the CRM is made of. */
  META: {
    /** All modules. */
    getModules(): Promise<unknown>;
    /** The fields of a module. */
    getFields(of: { Entity: string }): Promise<unknown>;
  };
  /** Records, with the rights of the user. */
  API: {
    /** One record. */
    getRecord(of: { Entity: string; RecordID: string }): Promise<unknown>;
    /** One page of records. */
    getAllRecords(of: { Entity: string; sort_order?: string; sort_by?: string; page?: number; per_page?: number }): Promise<unknown>;
    /** Makes a record; `Trigger` names the automations that may run. */
    insertRecord(of: { Entity: string; APIData: CrmRecord; Trigger: string[] }): Promise<unknown>;
    /** Changes the fields that `APIData` names, of the record whose `id` is in it. */
    updateRecord(of: { Entity: string; APIData: CrmRecord; Trigger: string[] }): Promise<unknown>;
    /** Moves a record to the recycle bin. */
    deleteRecord(of: { Entity: string; RecordID: string }): Promise<unknown>;
    /** Records by a query. */
    coql(of: { select_query: string }): Promise<unknown>;
    /** One page of users. */
    getAllUsers(of: { Type: string; page?: number; per_page?: number }): Promise<unknown>;
  };
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The member that a path of names leads to, through whatever is there. */
export function member(value: unknown, ...names: string[]): unknown {
  let at = value;
  for (const name of names) at = isObject(at) ? at[name] : undefined;
  return at;
}
