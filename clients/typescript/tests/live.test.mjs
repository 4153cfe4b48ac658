import assert from "node:assert/strict";
import test from "node:test";
import { gql } from "../dist/index.js";
import { clientOf, fakeServer, until } from "./fake.mjs";

const Changed = gql("subscription Changed($after: String) { changed(after: $after) { kind } }");
const person = { login: "one", password: "right" };

/** WebSockets whose other side the test plays: all that were opened are in `sockets`. */
function playing() {
  const sockets = [];
  class Socket {
    readyState = 0;
    said = [];
    constructor(url, protocol) {
      Object.assign(this, { url, protocol });
      sockets.push(this);
    }
    send(text) {
      this.said.push(JSON.parse(text));
    }
    close() {
      this.readyState = 3;
      this.closed = true;
    }
    open() {
      this.readyState = 1;
      this.onopen?.();
      this.hear({ type: "connection_ack" });
    }
    hear(message) {
      this.onmessage?.({ data: JSON.stringify(message) });
    }
    end(code, reason = "") {
      this.readyState = 3;
      this.onclose?.({ code, reason });
    }
  }
  return { sockets, Socket };
}

/** A subscription of a client with such sockets, and what came of it. */
async function following(t, { signIn = true } = {}) {
  const server = fakeServer();
  server.instead.ChangeCursor = (_, json) => json({ data: { changeCursor: "c0" } });
  const { sockets, Socket } = playing();
  const client = clientOf(t, server, { WebSocket: Socket });
  if (signIn) await client.session.signIn(person);
  const seen = { told: [], states: [], problems: [] };
  const stop = client.subscribe(Changed, {}, {
    next: ({ changed }) => seen.told.push(changed.kind),
    state: (state) => seen.states.push(state),
    error: ({ code }) => seen.problems.push(code),
  });
  t.after(stop);
  const socket = (number) => until(`socket ${number} is opened`, () => sockets[number - 1]);
  return { server, client, sockets, socket, seen, stop };
}

const next = (cursor, kind = "UPSERT") => ({ id: "1", type: "next", payload: { data: { changed: { kind } }, extensions: { cursor } } });

test("it begins at a known place, goes on behind the last one, and tells what it is doing", async (t) => {
  const { socket, seen } = await following(t, { signIn: false });
  const first = await socket(1);
  assert.deepEqual([first.url, first.protocol], ["ws://cotmoc.test/graphql/ws", "graphql-transport-ws"]);
  first.open();
  const [init, subscribe] = first.said;
  assert.deepEqual([init.type, init.payload.resume, init.payload.authorization], ["connection_init", {}, undefined]);
  assert.deepEqual([subscribe.type, subscribe.payload.variables], ["subscribe", { after: "c0" }]);
  first.hear(next("c1"));
  first.hear({ type: "ping" });
  assert.deepEqual(first.said.at(-1), { type: "pong" });
  first.end(1012);
  const second = await socket(2);
  second.open();
  assert.deepEqual(second.said[0].payload.resume, { 1: "c1" });
  assert.deepEqual([seen.told, seen.states], [["UPSERT"], ["connecting", "live", "connecting", "live"]]);
});

test("a token that ends with its connection is refreshed, and another one brought", async (t) => {
  const { server, socket } = await following(t);
  const first = await socket(1);
  first.open();
  const { authorization } = first.said[0].payload;
  assert.equal(authorization, `Bearer ${server.valid}`);
  first.end(4403, "Forbidden: TOKEN_EXPIRED");
  const second = await socket(2);
  second.open();
  assert.equal(server.refreshes, 1);
  assert.notEqual(second.said[0].payload.authorization, authorization);
});

test("whoever signs out goes on as the public", async (t) => {
  const { client, sockets, socket } = await following(t);
  (await socket(1)).open();
  await client.session.signOut();
  const second = await socket(2);
  second.open();
  assert.ok(sockets[0].closed);
  assert.equal(second.said[0].payload.authorization, undefined);
});

test("what cannot be followed is told, and what may work later is tried later", async (t) => {
  const { seen, socket, sockets } = await following(t);
  const first = await socket(1);
  first.open();
  first.hear({ id: "1", type: "error", payload: [{ message: "chờ", extensions: { code: "RATE_LIMITED" } }] });
  const begun = Date.now();
  (await socket(2)).open();
  assert.ok(Date.now() - begun >= 200, "not at once");
  sockets[1].hear({ id: "1", type: "error", payload: [{ message: "sai", extensions: { code: "BAD_REQUEST" } }] });
  await until("it is told", () => seen.problems.length > 0);
  assert.deepEqual(seen.problems, ["BAD_REQUEST"]);
});

test("where a page may open no WebSocket, events come as a stream", async (t) => {
  const server = fakeServer();
  const lines = [": \nid: c1\n\n", 'event: next\nid: c2\ndata: {"data":{"changed":{"kind":"UPS', 'ERT"}}}\n\n', "event: complete\ndata: \n\n"];
  const asked = [];
  const fetching = (address, init) => {
    if (!address.endsWith("/stream")) return server.fetch(address, init);
    asked.push(init.headers["last-event-id"]);
    const body = new ReadableStream({
      async start(controller) {
        for (const line of asked.length === 1 ? lines : []) controller.enqueue(new TextEncoder().encode(line));
        if (asked.length === 1) controller.close();
        else init.signal.addEventListener("abort", () => controller.error(init.signal.reason));
      },
    });
    return Promise.resolve(new Response(body));
  };
  class Forbidden {
    constructor() {
      throw new DOMException("The policy allows no WebSocket", "SecurityError");
    }
  }
  const client = clientOf(t, server, { WebSocket: Forbidden, fetch: fetching });
  const told = [];
  const stop = client.subscribe(gql("subscription Changed { changed { kind } }"), {}, { next: ({ changed }) => told.push(changed.kind) });
  await until("it goes on behind the last event", () => asked.length === 2);
  assert.deepEqual([asked, told], [[undefined, "c2"], ["UPSERT"]]);
  stop();
});

test("after the client is closed nothing is opened any more", async (t) => {
  const { client, sockets, socket } = await following(t);
  (await socket(1)).open();
  client.close();
  client.subscribe(Changed, {}, { next() {} });
  await client.query(gql("query Thing { thing { name } }"), {});
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual([sockets.length, sockets[0].closed], [1, true]);
});
