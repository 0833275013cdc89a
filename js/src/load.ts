/** Loads the wasm module once per page. The only file that knows the generated glue. */

import init, { Engine, normalForm } from "../../pkg/accord_sync.js";
import type * as generated from "../../pkg/accord_sync.js";
import { AccordError } from "./errors.ts";
import type { ModuleSource } from "./host.ts";
import type { Access, Calendar, EngineLike, Health, OffsetChange, Plan, Progress, Report, Settings, Status, Verification } from "./types.ts";

export interface LoadedModule {
  create(seed: number): EngineLike;
  normalForm(form: number, text: string, limit: number): string;
}

type Fits<Theirs extends Ours, Ours> = Theirs;

/** Does not compile when the engine's values stop being what the documented types say. */
export type Checked = [
  Fits<generated.Access, Access>,
  Fits<generated.OffsetChange, OffsetChange>,
  Fits<generated.Progress, Progress>,
  Fits<generated.Report, Report>,
  Fits<generated.Preview, Plan>,
  Fits<generated.Verification, Verification>,
  Fits<generated.Settings, Settings>,
  // The facade adds how old the readings are: it knows of cycles that found nothing, and stored nothing.
  Fits<Omit<generated.Status, "health">, Omit<Status, "health">>,
  Fits<generated.Health, Omit<Health, "lag">>,
  // The engine lets no other role through, though its type says text.
  Fits<Omit<generated.Calendar, "role">, Omit<Calendar, "role">>,
];

let loading: Promise<LoadedModule> | undefined;

/**
 * The module, loaded on the first call; later calls ignore `source`. A failed load is tried
 * again by the next call.
 */
export function loadModule(source?: ModuleSource): Promise<LoadedModule> {
  loading ??= load(source).catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load(source: ModuleSource | undefined): Promise<LoadedModule> {
  if (typeof WebAssembly === "undefined") {
    throw new AccordError("unsupported", "This browser has no WebAssembly. Use a current version of Chrome, Edge, Firefox or Safari.");
  }
  try {
    // The glue itself names the file beside it, in the form that bundlers know.
    await init(source === undefined ? undefined : { module_or_path: source as Exclude<ModuleSource, Uint8Array> });
    return { create: (seed) => new Engine(seed) as unknown as EngineLike, normalForm };
  } catch (cause) {
    throw loadError(cause);
  }
}

function loadError(cause: unknown): AccordError {
  const said = cause instanceof Error ? cause.message : "";
  if (/content security policy|\bCSP\b|unsafe-eval|wasm-eval/i.test(said)) {
    return new AccordError("unsupported", "The page's Content-Security-Policy forbids WebAssembly. Add 'wasm-unsafe-eval' to script-src.", { cause });
  }
  if (cause instanceof TypeError) {
    return new AccordError("offline", "The WebAssembly module could not be fetched. Check the connection and that the .wasm file is served beside the script, then reload.", { cause });
  }
  return new AccordError("unsupported", "The WebAssembly module could not be started. Check that the .wasm file is complete and served unchanged.", { cause });
}
