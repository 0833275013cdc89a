import * as api from "accord-sync";
// esbuild copies no file for `new URL(…)`: with `--loader:.wasm=file` the module is imported by name.
import module from "accord-sync/engine.wasm";
import { outcome, syncTwice } from "./sync.js";

document.title = await outcome(() => syncTwice(api, location.origin, { module: new URL(module, import.meta.url) }));
