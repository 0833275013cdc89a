/** Makes a program of each example in the types of the package. */

import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Given } from "./given.ts";

/** The names that an example can take, beside those of the package. */
const NAMES: readonly (keyof Given)[] = ["sync", "host", "storage", "google", "zoho", "calendar", "report", "event", "savedId", "error", "ZOHO", "show", "list", "download", "confirm", "retryIn", "showSignIn"];
/** Those that must have been called by an example that names them. */
export const CALLED: readonly string[] = ["show", "list", "download", "confirm", "retryIn", "showSignIn"];

export interface Example {
  /** The file, what it describes, and which one of its examples. */
  name: string;
  /** The file of the types, without its ending. */
  file: string;
  code: string;
  /** What is given and named in it. */
  given: string[];
}

/** All examples in the types of the package installed in `home`. */
export async function examplesIn(home: string): Promise<Example[]> {
  const types = join(home, "types");
  const files = (await readdir(types, { recursive: true })).map((name) => name.replaceAll("\\", "/")).filter((name) => name.endsWith(".d.ts")).toSorted();
  const examples: Example[] = [];
  for (const path of files) {
    const file = path.replace(/\.d\.ts$/, "");
    const text = await readFile(join(types, path), "utf8");
    for (const [, doc = "", declared = ""] of text.matchAll(/\/\*\*((?:(?!\*\/)[^])*)\*\/\s*([^\n]*)/g)) {
      const name = /^(?:export )?(?:declare )?(?:class|function|interface|const|type)? ?([\w.[\]]+)/.exec(declared)?.[1] ?? "";
      const [, ...codes] = doc.split("\n").map((line) => line.replace(/^\s*\* ?/, "")).join("\n").split(/^@example\n/m);
      for (const [at, code] of codes.entries()) examples.push(example(file, `${file} ${name === "import" ? "" : name} ${at + 1}`, code));
    }
  }
  return examples;
}

export function example(file: string, name: string, text: string): Example {
  const code = (text.split(/^@\w+/m)[0] ?? "").trim();
  const names = (given: string) => new RegExp(`(?<![.-])\\b${given}\\b`).test(code);
  const declares = (given: string) => new RegExp(`^(?:const|using) \\[?${given}\\b`, "m").test(code);
  return { name, file, code, given: NAMES.filter((given) => names(given) && !declares(given)) };
}

/** What each entry of the package exports. */
export async function exportsOf(home: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const declared = async (file: string) => readFile(join(home, "types", `${file}.d.ts`), "utf8");
  for (const file of await readdir(join(home, "types", "hosts"))) {
    const name = /^(\w+)\.d\.ts$/.exec(file)?.[1];
    if (name === undefined) continue;
    for (const [, item = ""] of (await declared(`hosts/${name}`)).matchAll(/^export declare (?:function|const) (\w+)/gm)) found.set(item, `accord-sync/hosts/${name}`);
  }
  for (const [, items = ""] of (await declared("index")).matchAll(/^export (?:type )?\{([^}]*)\}/gm)) {
    for (const item of items.split(",")) found.set(item.replace("type ", "").trim(), "accord-sync");
  }
  found.set("createSync", "accord-sync");
  return found;
}

/**
 * A module that runs the example. What it declares may have the name of something given. What it leaves is looked at: a
 * host must work, a storage answer, and a value be the one that a comment at the end of the line says.
 */
export function programOf({ code, given }: Example, exported: Map<string, string>): string {
  const lines = code.split("\n");
  const imports = lines.filter((line) => line.startsWith("import "));
  const body = lines.filter((line) => !line.startsWith("import "));
  const imported = new Set(imports.join(" ").match(/\w+/g));
  for (const [name, from] of exported) {
    if (!imported.has(name) && new RegExp(`\\b${name}\\b`).test(body.join("\n"))) imports.push(`import { ${name} } from "${from}";`);
  }
  const declares = (name: string) => new RegExp(`^(?:const|using) ${name}\\b`, "m").test(code);
  const checks = [
    ...(declares("host") ? [`await works(host${code.includes("googleBatch: false") ? ", { googleBatch: false }" : ""});`] : []),
    ...(declares("storage") ? ['await storage.list("");'] : []),
    ...(declares("sync") ? ["await sync.status();"] : []),
    ...body.flatMap((line) => {
      const [, name, value] = /^const (\w+) = .*;\s+\/\/ (\S+)$/.exec(line) ?? [];
      return value === undefined ? [] : [`if (String(${name}) !== ${JSON.stringify(value)}) throw new Error(\`${name} is \${${name}}\`);`];
    }),
  ];
  return [...imports, 'import { works, type Given } from "./given.ts";', `export async function example({ ${given.join(", ")} }: Given): Promise<void> {`, "  {", ...body, ...checks, "  }", "}", "void works;", ""].join("\n");
}
