/**
 * Zoho is said to refuse requests that carry an extension's `Origin`, which browsers add to whatever is no GET. A rule takes it off.
 *
 * The rule is for the session, not static: only there can it be kept to requests of no tab, so that the CRM's own pages keep the
 * header that they need. It has to be set at every start of the browser; setting it again changes nothing.
 */

import { CENTRES } from "./servers.ts";

export interface RuleSetter {
  updateSessionRules(options: { removeRuleIds: number[]; addRules: object[] }): Promise<void>;
}

const NO_TAB = -1;

/** @param self the host name of the extension's own pages */
export async function removeOrigin({ updateSessionRules }: RuleSetter, self: string): Promise<void> {
  const addRules = [{
    id: 1,
    priority: 1,
    action: { type: "modifyHeaders", requestHeaders: [{ header: "origin", operation: "remove" }] },
    condition: {
      requestDomains: [...new Set(CENTRES.map(({ api }) => new URL(api).hostname))],
      initiatorDomains: [self],
      tabIds: [NO_TAB],
      resourceTypes: ["xmlhttprequest", "other"],
    },
  }];
  await updateSessionRules({ removeRuleIds: [1], addRules });
}
