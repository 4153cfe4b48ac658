// Follows the change feed with the public client of the WebSocket, as the guide sets it up, through a broken connection:
// node resume.mjs URL CURSOR
// Prints the number of the connection and what came over it, a line each, and `broken` when the connection is.
import { createClient } from "graphql-ws";
import WebSocket from "ws";

const [url, after] = process.argv.slice(2);
const query = `subscription ($after: String) { changed(after: $after, types: [AGENCY]) { object { ... on Agency { code } } } }`;

let connections = 0;
const resume = {};
const client = createClient({
  url: `${url.replace("http", "ws")}/graphql/ws`,
  webSocketImpl: WebSocket,
  retryAttempts: Infinity,
  retryWait: async () => {},
  connectionParams: () => ({ resume }),
  on: {
    connected: () => connections++,
    message: ({ type, id, payload }) => {
      if (type === "next") resume[id] = payload.extensions?.cursor;
      if (type === "complete" || type === "error") delete resume[id];
    },
  },
});

let seen = 0;
for await (const { data } of client.iterate({ query, variables: { after } })) {
  console.log(connections, data.changed.object.code);
  seen += 1;
  if (seen === 2) {
    client.terminate();
    console.log("broken");
  }
  if (seen === 3) break;
}
await client.dispose();
