/** What Accord uses of Zoho's widget SDK, as its published source has it (github.com/ZohoDevelopers/embeddedApp-js-sdk). */

/** A call through a connection. */
export interface ConnectionCall {
  url: string;
  method: string;
  /** 1: `parameters` are the query. 2: they are the body. */
  param_type: 1 | 2;
  parameters: unknown;
  headers: Record<string, string>;
}

/** A record as the CRM's API has it. */
export type CrmRecord = Record<string, unknown>;

/** `ZOHO.CRM` of the SDK. Every answer is `unknown`: what comes is the parent page's. */
export interface ZohoCrm {
  CONNECTION: { invoke(name: string, call: ConnectionCall): Promise<unknown> };
  CONFIG: { getCurrentUser(): Promise<unknown>; getOrgInfo(): Promise<unknown> };
  META: { getModules(): Promise<unknown>; getFields(of: { Entity: string }): Promise<unknown> };
  API: {
    getRecord(of: { Entity: string; RecordID: string }): Promise<unknown>;
    getAllRecords(of: { Entity: string; sort_order?: string; sort_by?: string; page?: number; per_page?: number }): Promise<unknown>;
    insertRecord(of: { Entity: string; APIData: CrmRecord; Trigger: string[] }): Promise<unknown>;
    updateRecord(of: { Entity: string; APIData: CrmRecord; Trigger: string[] }): Promise<unknown>;
    deleteRecord(of: { Entity: string; RecordID: string }): Promise<unknown>;
    coql(of: { select_query: string }): Promise<unknown>;
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
