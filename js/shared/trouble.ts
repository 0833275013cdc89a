/** What a failure asks of the person. Pure: the extension's background uses it as well as pages do. */

import type { ErrorCode } from "../src/errors.ts";

/** What only the person can mend; asking the services again and again would mend nothing. */
const NEEDS_PERSON: readonly string[] =
  ["auth-expired", "forbidden", "invalid-settings", "calendar-not-writable", "storage-full", "unsupported"] satisfies ErrorCode[];

export function needsPerson(code: string): boolean {
  return NEEDS_PERSON.includes(code);
}
