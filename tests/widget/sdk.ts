/**
 * Stands in for Zoho's widget SDK in the frame: the same names, and the messages of its published source
 * (github.com/ZohoDevelopers/embeddedApp-js-sdk). The real one may not be shipped and is in no registry. It runs in the
 * page as text, so it uses nothing of this file.
 */
export function sdk(): void {
  const parentOrigin = decodeURIComponent(new URLSearchParams(location.search).get("serviceOrigin") ?? "");
  const listeners = new Map<string, ((data: unknown) => void)[]>();
  const waiting = new Map<string, { resolve: (data: unknown) => void; reject: (data: unknown) => void }>();
  let uniqueID: unknown;
  let counter = 100;
  let ready: () => void = () => {};

  const appOrigin = encodeURIComponent(location.href.split("?")[0] ?? "");
  const post = (message: object) => window.parent.postMessage({ type: "SDK.EVENT", appOrigin, ...message }, parentOrigin);

  function ask(data: object): Promise<unknown> {
    const promiseid = `Promise${counter++}`;
    post({ eventName: "CRM_EVENT", uniqueID, time: Date.now(), promiseid, data: { ...data, sdkVersion: "1" } });
    // As in the real one, a call that is never answered stays pending.
    return new Promise((resolve, reject) => waiting.set(promiseid, { resolve, reject }));
  }

  window.addEventListener("message", ({ data: message }) => {
    if (message?.type !== "FRAMEWORK.EVENT") return;
    const { eventName, promiseid, data } = message;
    if (eventName === "SET_CONTEXT") {
      uniqueID = data.uniqueID;
      ready();
    } else if (eventName === "EVENT_RESPONSE" || eventName === "EVENT_RESPONSE_FAILURE") {
      const call = waiting.get(promiseid);
      waiting.delete(promiseid);
      if (eventName === "EVENT_RESPONSE") call?.resolve(data);
      else call?.reject(data);
    } else {
      for (const heard of listeners.get(eventName) ?? []) heard(data);
    }
  });

  const invoke = (connectionName: string, { parameters, headers, ...call }: Record<string, unknown>) =>
    ask({ category: "CRM_CONNECTION", connectionName, data: { data: { ...call, parameters: JSON.stringify(parameters), headers: JSON.stringify(headers) } } });
  const record = (category: string) => ({ Entity, RecordID, APIData, Trigger }: Record<string, unknown>) =>
    ask({ category, type: "RECORD", Entity, ...(RecordID === undefined ? { APIData: { ...(APIData as object), trigger: Trigger } } : { RecordID }) });

  (globalThis as Record<string, unknown>)["ZOHO"] = {
    embeddedApp: {
      on: (name: string, heard: (data: unknown) => void) => listeners.set(name, [...(listeners.get(name) ?? []), heard]),
      init: () => {
        post({ eventName: "REGISTER" });
        return new Promise<void>((resolve) => (ready = resolve));
      },
    },
    CRM: {
      CONNECTION: { invoke },
      CONFIG: { getCurrentUser: () => ask({ category: "CONFIG", type: "CURRENT_USER" }), getOrgInfo: () => ask({ category: "CONFIG", type: "ORG" }) },
      META: { getModules: () => ask({ category: "META", type: "MODULE_LIST" }), getFields: ({ Entity }: { Entity: string }) => ask({ category: "META", type: "FIELD_LIST", Entity }) },
      API: {
        getRecord: (APIData: object) => ask({ category: "READ", APIData }),
        getAllRecords: (APIData: object) => ask({ category: "READ", APIData }),
        insertRecord: record("CREATE"),
        updateRecord: record("UPDATE"),
        deleteRecord: record("DELETE"),
        coql: (APIData: object) => ask({ category: "QUERY", APIData }),
        getAllUsers: ({ Type, page, per_page }: Record<string, unknown>) => ask({ category: "USER", Type, page, per_page }),
      },
    },
  };
}
