// A receiver of webhooks: node server.mjs. Prints its port, then each request, a line of JSON each, with what the public verifier of
// Standard Webhooks says of it. It knows the secrets that it reads from its standard input, one a line.
// What it answers is said by its path: /500 fails, /500-2 fails twice, /410 is gone, /302 leads elsewhere, /still says nothing.
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { Webhook } from "standardwebhooks";

const secrets = [];
createInterface({ input: process.stdin }).on("line", (line) => {
  secrets.push(line.trim());
  console.log(JSON.stringify({ knows: secrets.length }));
});
const seen = new Map();

const server = createServer(async (request, answer) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString();
  // The clocks of tests stand still, and so does this one.
  Date.now = () => Date.parse(JSON.parse(body).timestamp);
  const verified = secrets.map((secret) => {
    try {
      new Webhook(secret).verify(body, request.headers);
      return true;
    } catch {
      return false;
    }
  });
  const path = request.url;
  seen.set(path, (seen.get(path) ?? 0) + 1);
  const id = request.headers["webhook-id"];
  console.log(JSON.stringify({ path, id, type: request.headers["content-type"], verified, message: JSON.parse(body) }));
  if (path === "/still") return;
  const failing = path === "/500" || (path === "/500-2" && seen.get(path) <= 2);
  const status = failing ? 500 : path === "/410" ? 410 : path === "/302" ? 302 : 204;
  answer.writeHead(status, status === 302 ? { location: "/elsewhere" } : {}).end();
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
