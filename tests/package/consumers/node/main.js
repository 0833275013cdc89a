// A job for cron: node main.js <origin> <file of the state>
import * as api from "accord-sync";
import { fileStorage } from "accord-sync/hosts/node";
import { outcome, syncTwice } from "./sync.js";

const [origin, file] = process.argv.slice(2);
process.stdout.write(await outcome(() => syncTwice({ ...api, memoryStorage: () => fileStorage(file) }, origin)));
