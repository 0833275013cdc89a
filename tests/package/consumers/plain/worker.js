import * as api from "./node_modules/accord-sync/lib/index.js";
import { outcome, syncTwice } from "./sync.js";

postMessage(await outcome(() => syncTwice(api, location.origin)));
