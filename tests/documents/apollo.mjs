// Asks the same question twice with Apollo's public client: node apollo.mjs URL WAY
// WAY is `hash` (automatic persisted queries), `get` (the same, hashes by GET), or a manifest of Apollo's generator.
// Prints what went over the wire and what came of it, as JSON.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { ApolloClient, HttpLink, InMemoryCache } from "@apollo/client/core";
import { createPersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { generatePersistedQueryIdsFromManifest } from "@apollo/persisted-query-lists";
import { parse } from "graphql";

const [url, way] = process.argv.slice(2);
const wire = [];

async function recorded(address, options) {
  const response = await fetch(address, options);
  const sent = options.method === "GET" ? new URL(address).searchParams.get("query") : JSON.parse(options.body).query;
  wire.push([options.method, sent ? "text" : "hash", response.status]);
  return response;
}

const automatic = {
  sha256: (text) => createHash("sha256").update(text).digest("hex"),
  useGETForHashedQueries: way === "get",
};
const listed = () =>
  generatePersistedQueryIdsFromManifest({ loadManifest: async () => JSON.parse(readFileSync(way, "utf8")) });
const link = createPersistedQueryLink(["hash", "get"].includes(way) ? automatic : listed());
const client = new ApolloClient({
  cache: new InMemoryCache(),
  link: link.concat(new HttpLink({ uri: `${url}/graphql`, fetch: recorded })),
});
const query = parse(readFileSync("src/Agency.graphql", "utf8"));

const answers = [];
for (const code of ["qng.stc", "qng.skhcn"]) {
  const { data } = await client.query({ query, variables: { code }, fetchPolicy: "no-cache" });
  answers.push(data.agency.code);
}
console.log(JSON.stringify({ wire, answers }));
