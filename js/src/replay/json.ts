/** JSON whose large whole numbers keep all their digits: fingerprints and some ids exceed 2^53. */

export type Json = null | boolean | number | string | bigint | Json[] | { [key: string]: Json };

/** Marks a string that stands for a number. Taken out of real strings beforehand, which hold it for no known reason. */
const MARK = "\ue000";
const LONG_NUMBER = /"(?:[^"\\]|\\.)*"|(?<![\d.])-?\d{15,}(?![\d.eE])/g;
const MARKED = /^\ue000-?\d+$/;

/** The value; nothing when the text is no JSON. */
export function parse(text: string): Json | undefined {
  const marked = text.replaceAll(MARK, "\ufffd").replace(LONG_NUMBER, (found) => (found.startsWith('"') ? found : `"${MARK}${found}"`));
  try {
    return JSON.parse(marked, (_key, value: unknown) => (typeof value === "string" && MARKED.test(value) ? BigInt(value.slice(1)) : value)) as Json;
  } catch {
    return undefined;
  }
}

export function print(value: Json): string {
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === "bigint" ? `${MARK}${part}` : part)).replace(/"\ue000(-?\d+)"/g, "$1");
}

export function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A whole number however it is held. */
export function asBigInt(value: Json | undefined): bigint | undefined {
  if (typeof value === "bigint") return value;
  return typeof value === "number" && Number.isSafeInteger(value) ? BigInt(value) : undefined;
}
