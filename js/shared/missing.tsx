/** What the accounts lack, each with what to do about it. Both products show it. */

import type { Access } from "../src/types.ts";
import { useText, type Text } from "./text.ts";

export function MissingList({ missing }: { missing: Access["missing"] }) {
  const text = useText();
  return (
    <ul>
      {missing.map((lack) => <li key={`${lack.what} ${lack.name ?? ""}`}>{sentence(lack, text)}</li>)}
    </ul>
  );
}

function sentence({ what, name = "", code }: Access["missing"][number], { t }: Text): string {
  switch (what) {
    case "google":
    case "zoho":
      return t(code === "auth-expired" ? `missing.${what}.signIn` : `missing.${what}.scope`);
    case "meetings":
    case "contacts":
      return t(`missing.${what}`, { right: rightOf(name, t) });
    case "field":
      return t("missing.field", { field: name });
    default:
      return t(`missing.${what}`);
  }
}

/** The rights are called as in Zoho's own pages. */
function rightOf(name: string, t: Text["t"]): string {
  switch (name) {
    case "API access": return t("right.api");
    case "View": return t("right.view");
    case "Create": return t("right.create");
    case "Edit": return t("right.edit");
    case "Delete": return t("right.delete");
    default: return name;
  }
}
