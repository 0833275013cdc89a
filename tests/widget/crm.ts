/** A page of the CRM with the packed widget in it: speaks the SDK's protocol and answers out of the sandbox. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, type FrameLocator, type Page, type Route } from "@playwright/test";
import { unzipSync } from "fflate";
import { sdk } from "./sdk.ts";

const ZIP = fileURLToPath(new URL("../../js/widget/dist/accord-widget.zip", import.meta.url));
/** The packed widget, read when it is first asked for. */
let packed: Files | undefined;
const CRM = "https://crm.zoho.eu";
const FRAME = "https://plugin-accord.zappsusercontent.com";
const SDK_URL = /^https:\/\/live\.zwidgets\.com\/js-sdk\/[\d.]+\/ZohoEmbededAppSDK\.min\.js$/;
const TYPES: Record<string, string> = { html: "text/html", js: "text/javascript", css: "text/css" };

/** What Zoho is said to send with a widget's files, and that WebAssembly may run. */
const POLICY = "default-src 'none'; style-src 'self'; script-src 'self' https://live.zwidgets.com 'wasm-unsafe-eval'; connect-src 'none'";

/** What is in the frame, by path. */
export type Files = Record<string, Uint8Array>;

export interface Circumstances {
  /** Default: the packed widget. */
  files?: Files;
  place: "tab" | "meeting" | "tile";
  /** The meeting of the page. */
  meeting?: string;
  locale?: string;
  /** Names of connections that nobody made or authorised. */
  refused?: string[];
  sdk?: "missing" | "slow";
  /** The page does not say PageLoad by itself. */
  silent?: boolean;
  wasm?: "refused";
  /** The address of the page around the frame. */
  origin?: string;
}

/** What the SDK posts for a call. */
interface Call {
  category: string;
  type?: string;
  connectionName?: string;
  Entity?: string;
  RecordID?: string;
  APIData?: Record<string, unknown>;
  data?: { data: Record<string, unknown> };
  Type?: string;
  page?: number;
}

export class CrmPage {
  readonly frame: FrameLocator;
  /** Every call, for what a test wants to know of them. */
  readonly calls: Call[] = [];
  readonly #page: Page;
  readonly #sandbox: { url: string };
  #with: Circumstances;
  /** Answers of Google and the CRM go through this. Tests replace it to make trouble. */
  between: (call: Call) => Promise<unknown> = async () => undefined;

  private constructor(page: Page, sandbox: { url: string }, circumstances: Circumstances) {
    this.#page = page;
    this.#sandbox = sandbox;
    this.#with = circumstances;
    this.frame = page.frameLocator("iframe");
  }

  static async open(page: Page, sandbox: { url: string }, circumstances: Circumstances): Promise<CrmPage> {
    const crm = new CrmPage(page, sandbox, circumstances);
    await page.exposeFunction("crmAnswers", async (call: Call) => crm.#answer(call));
    await page.route(/^https:\/\//, async (route) => crm.#serve(route));
    await crm.visit(circumstances);
    return crm;
  }

  /** Goes to another page of the CRM, or to the same anew. */
  async visit(circumstances: Partial<Circumstances> = {}): Promise<void> {
    this.#with = { ...this.#with, ...circumstances };
    await this.#page.goto(`${this.#with.origin ?? CRM}/crm/page`, { waitUntil: "commit" });
  }

  /** The page says PageLoad again, as it does after a record was saved. */
  async pageLoad(): Promise<void> {
    await this.#page.evaluate("pageLoad()");
  }

  set refused(names: string[]) {
    this.#with.refused = names;
  }

  /** Chooses the calendar that is offered, saves, agrees to what the preview says, and waits for the end of the first sync. */
  async setUp(direction: "two-way" | "google-to-crm" | "crm-to-google" = "two-way"): Promise<void> {
    await expect(this.frame.getByLabel("Google calendar")).not.toHaveValue("");
    await this.frame.getByLabel("Direction").selectOption(direction);
    await this.press("Save and sync");
    await this.press("Start");
    await this.inAccord();
  }

  /** Presses a button, the first whose name fits a pattern. Neither clicks nor keys of Playwright reach a frame of another site in Firefox over BiDi. */
  async press(name: string | RegExp): Promise<void> {
    const buttons = this.frame.getByRole("button", { name });
    const button = typeof name === "string" ? buttons : buttons.first();
    if (this.#page.context().browser()?.browserType().name() !== "firefox") return button.click();
    await expect(button).toBeEnabled({ timeout: 30_000 });
    await button.evaluate((element: HTMLElement) => element.click());
  }

  /** Waits until a sync has ended, and well. */
  async inAccord(): Promise<void> {
    await expect(this.frame.locator('.state-in-accord')).toBeVisible({ timeout: 60_000 });
    await expect(this.frame.getByRole("button", { name: "Sync now" })).toBeEnabled();
  }

  /** The calls since `calls` was emptied that wrote a record or an event; asking whether Google lets one write does not. */
  writes(): Call[] {
    return this.calls.filter(({ category, data }) => {
      const { method, url } = data?.data ?? {};
      const asks = String(url).endsWith("/coql") || String(url).includes("/events/accord-access?");
      return ["CREATE", "UPDATE", "DELETE"].includes(category) || (["POST", "PUT", "PATCH", "DELETE"].includes(String(method)) && !asks);
    });
  }

  async #serve(route: Route): Promise<void> {
    const url = new URL(route.request().url());
    const { sdk: sdkIs, wasm, origin = CRM } = this.#with;
    if (url.origin === origin) return route.fulfill({ contentType: "text/html", body: this.#html() });
    if (SDK_URL.test(url.href)) {
      if (sdkIs === "missing") return route.abort("blockedbyclient");
      if (sdkIs === "slow") await new Promise((resolve) => setTimeout(resolve, 3_000));
      return route.fulfill({ contentType: "text/javascript", body: `(${sdk.toString()})();` });
    }
    const file = (this.#with.files ?? (packed ??= unzipSync(readFileSync(ZIP))))[url.pathname.slice(1)];
    if (url.origin !== FRAME || file === undefined) return route.abort("blockedbyclient");
    const policy = wasm === "refused" ? POLICY.replace(" 'wasm-unsafe-eval'", "") : POLICY;
    return route.fulfill({
      contentType: TYPES[url.pathname.split(".").at(-1) ?? ""] ?? "application/octet-stream",
      headers: { "content-security-policy": policy },
      body: Buffer.from(file),
    });
  }

  #html(): string {
    const { place, meeting, silent, origin = CRM } = this.#with;
    const source = `${FRAME}/app/${place}.html?serviceOrigin=${encodeURIComponent(origin)}`;
    const page = meeting === undefined ? {} : { Entity: "Events", EntityId: [meeting] };
    return `<!doctype html><html lang="en"><title>CRM</title><body style="margin:0">
      <iframe title="Accord" src="${source}" style="border:0;width:100%;height:100vh"></iframe>
      <script>
        const frame = document.querySelector("iframe");
        const post = (message) => frame.contentWindow.postMessage({ type: "FRAMEWORK.EVENT", ...message }, "*");
        const pageLoad = () => post({ eventName: "PageLoad", data: ${JSON.stringify(page)} });
        addEventListener("message", async ({ data: { type, eventName, promiseid, data } }) => {
          if (type !== "SDK.EVENT") return;
          if (eventName === "REGISTER") {
            post({ eventName: "SET_CONTEXT", data: { uniqueID: "1", connectors: {}, model: {}, locale: "en", localeResource: {} } });
            ${silent ? "" : "setTimeout(pageLoad, 50);"}
          } else if (eventName === "CRM_EVENT") {
            const { refused, answer } = await crmAnswers(data);
            post({ eventName: refused ? "EVENT_RESPONSE_FAILURE" : "EVENT_RESPONSE", promiseid, data: answer });
          }
        });
      </script></body></html>`;
  }

  async #answer(call: Call): Promise<{ refused: boolean; answer: unknown }> {
    this.calls.push(call);
    const instead = await this.between(call);
    if (instead !== undefined) return { refused: false, answer: instead };
    if (call.category === "CRM_CONNECTION") {
      if (this.#with.refused?.includes(call.connectionName ?? "")) {
        return { refused: true, answer: { code: "INVALID_CONNECTION", message: "There is no such connection", status: "error" } };
      }
      return { refused: false, answer: await this.#invoke(call.data?.data ?? {}) };
    }
    const answer = await this.#rest(call);
    return { refused: answer === undefined, answer };
  }

  async #invoke(call: Record<string, unknown>): Promise<unknown> {
    const answer = await fetch(`${this.#sandbox.url}/sandbox/connection`, { method: "POST", body: JSON.stringify(call) });
    if (!answer.ok) throw new Error(`/sandbox/connection answered ${answer.status}`);
    return answer.json();
  }

  /** The SDK's own functions, by the API that stands behind them. */
  async #rest({ category, type, Entity, RecordID, APIData = {}, Type, page }: Call): Promise<unknown> {
    const call = async (method: string, path: string, body?: object) => {
      const answer = await this.#invoke({ url: `https://www.zohoapis.eu/crm/v8/${path}`, method, param_type: body ? 2 : 1, parameters: JSON.stringify(body ?? {}), headers: "{}" });
      const { details } = answer as { details: object };
      return "statusMessage" in details ? details.statusMessage : details;
    };
    switch (`${category} ${type ?? ""}`.trim()) {
      case "CONFIG CURRENT_USER": {
        const said = (await call("GET", "users?type=CurrentUser")) as { users: Record<string, unknown>[] };
        const locale = this.#with.locale ?? "en_GB";
        return { users: said.users.map((user) => ({ ...user, locale })) };
      }
      case "CONFIG ORG": return call("GET", "org");
      case "META MODULE_LIST": return call("GET", "settings/modules");
      case "META FIELD_LIST": return call("GET", `settings/fields?module=${Entity}`);
      case "USER": return call("GET", `users?type=${Type}&page=${page}&per_page=200`);
      case "QUERY": return call("POST", "coql", APIData);
      case "READ": {
        const of = APIData as { Entity: string; RecordID?: string };
        return call("GET", of.RecordID === undefined ? `${of.Entity}?fields=Event_Title,Modified_Time,Start_DateTime,End_DateTime&per_page=200` : `${of.Entity}/${of.RecordID}`);
      }
      case "CREATE RECORD":
      case "UPDATE RECORD": {
        const { trigger, ...record } = APIData;
        return call(category === "CREATE" ? "POST" : "PUT", String(Entity), { data: [record], trigger });
      }
      case "DELETE RECORD": return call("DELETE", `${Entity}/${RecordID}`);
      default: return undefined;
    }
  }
}
