// A push service and a browser: node server.mjs. Prints its port and the keys of the browser, then each message, a line of JSON each: who signed it
// for whom (VAPID), and what the browser reads in it. What it answers is said by its path: /410 is gone, /503 is not there at first.
import { createECDH, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import ece from "http_ece";
import { importJWK, jwtVerify } from "jose";

const browser = createECDH("prime256v1");
const p256dh = browser.generateKeys();
const auth = randomBytes(16);
const seen = new Map();

const verified = async (header) => {
  const [, token, key] = /^vapid t=([^,]+), k=(.+)$/.exec(header);
  const point = Buffer.from(key, "base64url");
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((it) => it.toString("base64url"));
  // The clocks of tests stand still.
  const currentDate = new Date((JSON.parse(Buffer.from(token.split(".")[1], "base64url")).exp - 60) * 1000);
  const { payload } = await jwtVerify(token, await importJWK({ kty: "EC", crv: "P-256", x, y }, "ES256"), { currentDate });
  return { ...payload, key };
};

const server = createServer(async (request, answer) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const path = request.url;
  seen.set(path, (seen.get(path) ?? 0) + 1);
  const read = ece.decrypt(Buffer.concat(chunks), { version: "aes128gcm", privateKey: browser, authSecret: auth });
  const { ttl, urgency } = request.headers;
  const sender = await verified(request.headers.authorization);
  console.log(JSON.stringify({ path, ttl, urgency, encoding: request.headers["content-encoding"], sender, message: JSON.parse(read) }));
  answer.writeHead(path === "/410" ? 410 : path === "/503" && seen.get(path) === 1 ? 503 : 201).end();
});
server.listen(0, "127.0.0.1", () => {
  console.log(server.address().port);
  console.log(JSON.stringify({ p256dh: p256dh.toString("base64url"), auth: auth.toString("base64url") }));
});
