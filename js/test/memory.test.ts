import { test } from "node:test";
import { memoryStorage } from "../src/hosts/memory.ts";
import { storageContract } from "./storage-contract.ts";

for (const { name, run } of storageContract) test(`memory: ${name}`, () => run(memoryStorage()));
