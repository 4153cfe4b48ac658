// Runs the GraphQL-over-HTTP audit of the npm package `graphql-http` against a server: node audit.mjs URL
// Fails on an error, and also on a warning: what the specification only recommends is kept too.
import { auditServer } from "graphql-http";

const url = process.argv[2];
if (!url) {
  console.error("usage: node audit.mjs URL");
  process.exit(2);
}
const results = await auditServer({ url });
for (const { status, id, name, reason } of results) {
  console.log(`${status.padEnd(6)} ${id}  ${name}${reason ? `: ${reason}` : ""}`);
}
const passed = results.filter(({ status }) => status === "ok").length;
console.log(`${passed} of ${results.length} ok`);
process.exit(results.length > 0 && passed === results.length ? 0 : 1);
