import * as api from "accord-sync";
import { outcome, syncTwice } from "./sync.js";

document.title = await outcome(() => syncTwice(api, location.origin));
