// Follows the change feed with the public clients of both protocols: node clients.mjs URL CURSOR TOKEN
// Prints what each has seen, as JSON.
import { createClient as createSse } from "graphql-sse";
import { createClient as createWs } from "graphql-ws";
import WebSocket from "ws";

const [url, after, token] = process.argv.slice(2);
const changed = `subscription ($after: String) {
  changed(after: $after, types: [AGENCY]) { object { ... on Agency { code } } }
}`;

const ws = (bearer) =>
  createWs({
    url: `${url.replace("http", "ws")}/graphql/ws`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: bearer && { authorization: `Bearer ${bearer}` },
  });
const sse = (bearer) =>
  createSse({
    url: `${url}/graphql/stream`,
    retryAttempts: 0,
    headers: bearer && { authorization: `Bearer ${bearer}` },
  });

async function first(client, payload) {
  for await (const answer of client.iterate(payload)) return answer;
}

async function events(client, number) {
  const seen = [];
  for await (const { data } of client.iterate({ query: changed, variables: { after } })) {
    seen.push(data.changed.object.code);
    if (seen.length === number) break;
  }
  return seen;
}

// What an operation fails with: errors of GraphQL, a close, or a response.
async function failure(client, payload) {
  try {
    const answer = await first(client, payload);
    return answer.errors[0].extensions.code;
  } catch (error) {
    if (Array.isArray(error)) return error[0].extensions.code;
    return error.code ?? error.response?.status ?? String(error);
  }
}

const report = {};
for (const [name, client] of Object.entries({ ws, sse })) {
  const [open, signedIn, stranger] = [client(), client(token), client("a.b.c")];
  report[name] = {
    events: await events(open, 3),
    query: (await first(open, { query: "{ changeCursor }" })).data.changeCursor,
    viewer: (await first(signedIn, { query: "{ viewer { account { login } } }" })).data.viewer?.account?.login,
    invalid: await failure(open, { query: "subscription { changed { nothing } }" }),
    refused: await failure(stranger, { query: changed }),
  };
  for (const used of [open, signedIn, stranger]) await used.dispose();
}
console.log(JSON.stringify(report));
