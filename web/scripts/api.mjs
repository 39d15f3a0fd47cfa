// Generates the types of the server's contract, or checks that the committed ones are current.
//
//   node scripts/api.mjs [--check]
import { readFileSync, writeFileSync } from "node:fs";

import openapiTS, { astToString } from "openapi-typescript";

const contract = new URL("../../openapi.json", import.meta.url);
const types = new URL("../src/api/schema.d.ts", import.meta.url);
const head = "// Generated from openapi.json by `npm run api`. Not edited by hand.\n\n";

const document = JSON.parse(readFileSync(contract, "utf8"));
// The server names an operation after its handler, unique within its file; the generator wants one name for all.
for (const [path, item] of Object.entries(document.paths)) for (const [method, operation] of Object.entries(item)) operation.operationId = `${method} ${path}`;
const text = head + astToString(await openapiTS(document, { defaultNonNullable: false }));
if (process.argv.includes("--check")) {
  if (readFileSync(types, "utf8") !== text) {
    console.error("src/api/schema.d.ts does not match openapi.json: run `npm run api` in web/.");
    process.exit(1);
  }
} else writeFileSync(types, text);
