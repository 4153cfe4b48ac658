import assert from "node:assert/strict";
import test from "node:test";
import { Problem, createClient, gql, memoryStorage, refusalOf } from "../dist/index.js";
import { clientOf, fakeServer, until } from "./fake.mjs";

const Thing = gql("query Thing { thing { name } }");
const Note = gql("mutation Note($text: String, $key: UUID!) { note(text: $text, idempotencyKey: $key) { text userErrors { code } } }");
const person = { login: "one", password: "right" };
const failsWith = (code) => (problem) => problem instanceof Problem && problem.code === code;

test("what is public goes by GET, and with a session by POST", async (t) => {
  const server = fakeServer();
  const client = clientOf(t, server);
  assert.deepEqual(await client.query(Thing, {}), { thing: { name: "một" } });
  assert.equal(server.last.method, "GET");
  await client.session.signIn(person);
  await client.query(Thing, {});
  assert.equal(server.last.method, "POST");
  assert.equal(server.last.headers["accept-language"], "vi");
  client.language = "en";
  await client.query(Thing, {}, { anonymous: true });
  assert.deepEqual([server.last.method, server.last.headers["accept-language"], server.last.headers.authorization], ["GET", "en", undefined]);
});

test("a question is asked again while the network fails, and given up in the end", async (t) => {
  const server = fakeServer();
  const client = clientOf(t, server);
  let failures = 1;
  server.instead.Thing = () => {
    if (failures-- > 0) throw new TypeError("no network");
  };
  assert.equal((await client.query(Thing, {})).thing.name, "một");
  assert.equal(server.asked.length, 2);
  failures = Infinity;
  await assert.rejects(client.query(Thing, {}), failsWith("NETWORK"));
  assert.equal(server.asked.length, 6, "asked, and three times more");
});

test("what a portal or a proxy answers in the server's place is no answer", async (t) => {
  const server = fakeServer();
  const client = clientOf(t, server);
  await client.session.signIn(person);
  const portal = () => new Response("<p>Đăng nhập Wi-Fi</p>", { status: 200 });
  const others = [{}, [], "x", null, { status: "ok" }].map((body) => (_, json) => json(body));
  for (const other of [portal, ...others]) {
    server.instead.Note = other;
    const id = await client.outbox.add({ document: Note, variables: { text: "a" }, about: "Ghi a" });
    await client.outbox.send();
    const [item] = await client.outbox.list();
    assert.deepEqual([item.id, item.state], [id, "waiting"]);
    await client.outbox.discard(id);
  }
  await assert.rejects(client.mutate(Note, { text: "a" }), failsWith("HTTP"));
  assert.equal(server.noted.size, 0);
});

test("the token goes to its own server alone", async (t) => {
  const sent = [];
  const server = fakeServer();
  const client = clientOf(t, server, {
    fetch: (url, init) => (url.endsWith("/graphql") ? server.fetch(url, init) : (sent.push([url, new Headers(init.headers).has("authorization")]), Promise.resolve(new Response("")))),
  });
  await client.session.signIn(person);
  await client.fetch("/files/a");
  await client.fetch("//elsewhere.example/files/a");
  assert.deepEqual(sent, [["http://cotmoc.test/files/a", true], ["http://elsewhere.example/files/a", false]]);
});

test("a listener that fails keeps nothing from being sent", async (t) => {
  const server = fakeServer();
  const client = clientOf(t, server);
  await client.session.signIn(person);
  const { mock } = t.mock.method(console, "error", () => {});
  const off = client.outbox.onChange(() => {
    off();
    throw new Error("the screen is broken");
  });
  await client.outbox.add({ document: Note, variables: { text: "a" }, about: "Ghi a" });
  await client.outbox.send();
  assert.equal(server.noted.size, 1);
  assert.equal(mock.calls[0].arguments[0].message, "the screen is broken");
});

test("a name that no header holds is refused at once", () => {
  for (const given of [{ name: "hướng dẫn" }, { version: "1.0\n" }]) {
    assert.throws(() => createClient({ url: "http://cotmoc.test/graphql", ...given }), RangeError);
  }
});

test("a mistake is told at once, with its code and the request's id", async (t) => {
  const server = fakeServer();
  const client = clientOf(t, server);
  server.instead.Thing = (_, json) => json({ errors: [{ message: "sai", extensions: { code: "BAD_REQUEST", reason: "INPUT" } }] }, 400);
  const problem = await client.query(Thing, {}).catch((error) => error);
  assert.ok(problem instanceof Problem);
  assert.deepEqual(
    [problem.kind, problem.code, problem.reason, problem.message, problem.requestId, problem.retryable],
    ["graphql", "BAD_REQUEST", "INPUT", "sai", "r-1", false],
  );
  assert.equal(server.asked.length, 1);
});

test("what is no answer of the server is a problem of HTTP, in the reader's language", async (t) => {
  const server = fakeServer();
  const client = clientOf(t, server, { language: "en" });
  server.instead.Thing = () => new Response("<h1>Not here</h1>", { status: 418 });
  const problem = await client.query(Thing, {}).catch((error) => error);
  assert.deepEqual([problem.kind, problem.message], ["http", "The server gave a wrong answer (status 418)."]);
});

test("a wait that is too long is told and not waited for", async (t) => {
  const server = fakeServer();
  const client = clientOf(t, server);
  server.instead.Thing = (_, json) =>
    json({ errors: [{ message: "chờ", extensions: { code: "RATE_LIMITED" } }] }, 429, { "retry-after": "40" });
  const problem = await client.query(Thing, {}).catch((error) => error);
  assert.deepEqual([problem.code, problem.retryAfter, problem.retryable, server.asked.length], ["RATE_LIMITED", 40, true, 1]);
});

test("an answer with holes is a problem, unless whoever asked looks at the holes", async (t) => {
  const server = fakeServer();
  const client = clientOf(t, server);
  server.instead.Thing = (_, json) =>
    json({ data: { thing: null }, errors: [{ message: "hỏng", path: ["thing"], extensions: { code: "NOT_FOUND" } }] });
  await assert.rejects(client.query(Thing, {}), failsWith("NOT_FOUND"));
  let told;
  assert.deepEqual(await client.query(Thing, {}, { partial: (problems) => (told = problems) }), { thing: null });
  assert.deepEqual([told.length, told[0].path], [1, ["thing"]]);
});

test("whoever breaks off hears of nothing but that", async (t) => {
  const client = clientOf(t, fakeServer());
  const control = new AbortController();
  control.abort();
  await assert.rejects(client.query(Thing, {}, { signal: control.signal }), { name: "AbortError" });
});

test("a change whose answers are lost is made once, under one key", async (t) => {
  const server = fakeServer();
  const client = clientOf(t, server);
  server.lost.Note = 2;
  assert.equal((await client.mutate(Note, { text: "a" })).note.text, "a");
  assert.deepEqual([server.asked, [...server.noted.values()]], [["Note", "Note", "Note"], ["a"]]);
  await client.mutate(Note, { text: "a" });
  assert.equal(server.noted.size, 2, "each press of the button is a change of its own");
});

test("what takes no key is not sent again after a lost answer", async (t) => {
  const server = fakeServer();
  const client = clientOf(t, server);
  server.lost.SignOut = 1;
  await assert.rejects(client.mutate(gql("mutation SignOut { signOut { done } }"), {}), failsWith("NETWORK"));
  assert.deepEqual(server.asked, ["SignOut"]);
});

test("what has to be mended is in the answer", async (t) => {
  const client = clientOf(t, fakeServer());
  const refusal = refusalOf(await client.mutate(Note, { text: "refuse" }));
  assert.deepEqual([refusal.code, refusal.field], ["OUT_OF_BOUNDS", ["input", "value"]]);
  assert.equal(refusalOf(await client.mutate(Note, { text: "a" })), null);
});

test("signing in: wrong, with a second factor, and again after a restart", async (t) => {
  const server = fakeServer();
  const storage = memoryStorage();
  const client = clientOf(t, server, { storage });
  let changes = 0;
  client.session.onChange(() => changes++);
  await assert.rejects(client.session.signIn({ login: "one", password: "wrong" }), failsWith("WRONG_CREDENTIALS"));
  assert.deepEqual(await client.session.signIn({ login: "two", password: "right" }), { secondFactor: true });
  assert.equal(client.session.signedIn, false);
  assert.equal(await client.session.signIn({ login: "two", password: "right", code: "123456" }), undefined);
  assert.deepEqual([client.session.viewer.login, changes], ["two", 1]);
  const next = clientOf(t, server, { storage });
  await next.session.ready;
  assert.equal(next.session.viewer.login, "two");
  await next.session.signOut();
  assert.equal(await storage.get("session"), undefined);
});

test("ten callers wait for one refresh, and so do two programs of one storage", async (t) => {
  const server = fakeServer();
  const storage = memoryStorage();
  let now = 0;
  const clients = [0, 1].map(() => clientOf(t, server, { storage, now: () => now }));
  await clients[0].session.signIn(person);
  await clients[1].session.look();
  now = 571_000;
  const asked = clients.flatMap((client) => Array.from({ length: 10 }, () => client.query(Thing, {})));
  await Promise.all(asked);
  assert.equal(server.refreshes, 1);
});

test("whoever hears of a refresh while waiting for its turn does not refresh again", async (t) => {
  const server = fakeServer();
  const memory = memoryStorage();
  let now = 0;
  const clients = [];
  // As the bell of a browser: the other tab looks as soon as something is kept.
  const storage = {
    ...memory,
    async write(entries) {
      await memory.write(entries);
      for (const { session } of clients) await session.look();
    },
  };
  clients.push(...[0, 1].map(() => clientOf(t, server, { storage, now: () => now })));
  await clients[0].session.signIn(person);
  now = 571_000;
  await Promise.all(clients.map((client) => client.query(Thing, {})));
  assert.equal(server.refreshes, 1);
});

test("a token that the server finds expired is refreshed once for all who have it", async (t) => {
  const server = fakeServer();
  const client = clientOf(t, server);
  await client.session.signIn(person);
  server.valid = "another";
  server.instead.RefreshSession = () => void (server.used = null);
  await Promise.all(Array.from({ length: 10 }, () => client.query(Thing, {})));
  assert.equal(server.refreshes, 1);
});

test("only the server's word ends a session: no lost answer does, nor a network that is gone", async (t) => {
  const server = fakeServer();
  let now = 0;
  const client = clientOf(t, server, { now: () => now });
  await client.session.signIn(person);
  now = 700_000;
  server.lost.RefreshSession = 1;
  await assert.rejects(client.session.token(), failsWith("NETWORK"));
  assert.ok(client.session.signedIn);
  assert.equal((await client.query(Thing, {})).thing.name, "một", "the same refresh token again gets the same pair");
  now = 1_400_000;
  server.generation = 99;
  server.used = null;
  await assert.rejects(client.query(Thing, {}), failsWith("UNAUTHENTICATED"));
  assert.equal(client.session.signedIn, false);
});

test("a session that the server has ended is forgotten", async (t) => {
  const server = fakeServer();
  const client = clientOf(t, server);
  await client.session.signIn(person);
  server.instead.Thing = (_, json) =>
    json({ errors: [{ message: "hết", extensions: { code: "UNAUTHENTICATED", reason: "SESSION_ENDED" } }] }, 401);
  await assert.rejects(client.query(Thing, {}), failsWith("UNAUTHENTICATED"));
  assert.equal(client.session.signedIn, false);
  assert.equal(server.refreshes, 0);
});

test("the outbox survives a restart and sends in order, each under its key", async (t) => {
  const server = fakeServer();
  const storage = memoryStorage();
  const first = clientOf(t, server, { storage });
  await first.session.signIn(person);
  let offline = true;
  server.instead.Note = () => {
    if (offline) throw new TypeError("no network");
  };
  for (const text of ["a", "b", "c"]) await first.outbox.add({ document: Note, variables: { text }, about: `Ghi ${text}` });
  await first.outbox.send();
  const waiting = await first.outbox.list();
  assert.deepEqual(waiting.map(({ about, state }) => [about, state]), [["Ghi a", "waiting"], ["Ghi b", "waiting"], ["Ghi c", "waiting"]]);
  assert.equal(waiting[0].problem.code, "NETWORK");
  first.close();

  offline = false;
  server.lost.Note = 1;
  const second = clientOf(t, server, { storage });
  await second.outbox.send();
  await second.outbox.send();
  assert.deepEqual([...server.noted.values()], ["a", "b", "c"]);
  assert.deepEqual([...server.noted.keys()], waiting.map(({ id }) => id), "the key was made when the button was pressed");
  assert.deepEqual((await second.outbox.list()).map(({ state }) => state), ["sent", "sent", "sent"]);
});

test("what is refused waits for its person, and does not hold up the rest", async (t) => {
  const server = fakeServer();
  const client = clientOf(t, server);
  await client.session.signIn(person);
  const refused = await client.outbox.add({ document: Note, variables: { text: "refuse" }, about: "quá lớn" });
  await client.outbox.add({ document: Note, variables: { text: "a" }, about: "được" });
  await client.outbox.send();
  const [one, other] = await client.outbox.list();
  assert.deepEqual([one.state, one.problem.code, one.problem.field, other.state], ["refused", "OUT_OF_BOUNDS", ["input", "value"], "sent"]);
  await client.outbox.retry(refused);
  await client.outbox.send();
  assert.equal(server.asked.filter((name) => name === "Note").length, 3);
  await client.outbox.discard(refused);
  assert.equal((await client.outbox.list()).length, 1);
});

test("what the server fails at again and again is refused after three tries, and does not hold up the rest", async (t) => {
  const server = fakeServer();
  const storage = memoryStorage();
  let now = 0;
  const first = clientOf(t, server, { storage, now: () => now });
  await first.session.signIn(person);
  server.instead.Note = ({ text }, json) => {
    if (text === "a") return json({ errors: [{ message: "lỗi", extensions: { code: "INTERNAL" } }] }, 500);
  };
  const id = await first.outbox.add({ document: Note, variables: { text: "a" }, about: "hỏng" });
  await first.outbox.add({ document: Note, variables: { text: "b" }, about: "được" });
  const states = async (client) => (await client.outbox.list()).map(({ state }) => state);
  for (let burst = 0; burst < 5; burst++) await first.outbox.send();
  assert.deepEqual(await states(first), ["waiting", "waiting"], "a burst of tries counts once");
  now += 5_000;
  await first.outbox.send();
  assert.deepEqual(await states(first), ["waiting", "waiting"]);
  first.close();

  now += 15_000;
  const second = clientOf(t, server, { storage, now: () => now });
  await second.outbox.send();
  const [one, other] = await second.outbox.list();
  assert.deepEqual([one.state, one.problem.code, one.problem.requestId, other.state], ["refused", "INTERNAL", "r-1", "sent"]);
  assert.deepEqual([...server.noted.values()], ["b"]);

  await second.outbox.retry(id);
  await second.outbox.send();
  assert.deepEqual(await states(second), ["waiting", "sent"], "whoever sends it again has three tries again");
  server.instead.Note = undefined;
  await second.outbox.send();
  assert.deepEqual([await states(second), server.noted.get(id)], [["sent", "sent"], "a"]);
});

test("while the network fails or the server is not ready, everything waits, however often it is tried", async (t) => {
  const server = fakeServer();
  let now = 0;
  const client = clientOf(t, server, { now: () => now });
  await client.session.signIn(person);
  const told = (code, status) => (_, json) => json({ errors: [{ message: "chờ", extensions: { code } }] }, status);
  const weathers = {
    NETWORK: () => {
      throw new TypeError("no network");
    },
    HTTP: () => new Response("<h1>Bad gateway</h1>", { status: 502 }),
    UNAVAILABLE: told("UNAVAILABLE", 503),
    TIMEOUT: told("TIMEOUT", 503),
    RATE_LIMITED: told("RATE_LIMITED", 429),
  };
  server.instead.Note = weathers.NETWORK;
  for (const text of ["a", "b"]) await client.outbox.add({ document: Note, variables: { text }, about: text });
  // Once the token is old, a session that the server cannot renew is such a weather, too.
  server.instead.RefreshSession = told("INTERNAL", 500);
  now = 600_000;
  for (let tries = 0; tries < 5; tries++) {
    now += 60_000;
    await client.outbox.send();
  }
  assert.deepEqual((await client.outbox.list()).map(({ state, problem }) => [state, problem?.code]), [["waiting", "INTERNAL"], ["waiting", undefined]]);
  server.instead.RefreshSession = undefined;
  for (const [code, weather] of Object.entries(weathers)) {
    server.instead.Note = weather;
    for (let tries = 0; tries < 5; tries++) {
      now += 60_000;
      await client.outbox.send();
    }
    const items = await client.outbox.list();
    assert.deepEqual([items.map(({ state }) => state), items[0].problem.code], [["waiting", "waiting"], code]);
  }
  server.instead.Note = undefined;
  await client.outbox.send();
  assert.deepEqual([...server.noted.values()], ["a", "b"]);
});

test("nobody sends what another has entered on the same phone", async (t) => {
  const server = fakeServer();
  const client = clientOf(t, server);
  await client.session.signIn(person);
  server.instead.Note = () => {
    throw new TypeError("no network");
  };
  await client.outbox.add({ document: Note, variables: { text: "mine" }, about: "của tôi" });
  await client.outbox.send();
  await client.session.signOut();
  server.instead.Note = undefined;
  await client.session.signIn({ login: "other", password: "right" });
  await client.outbox.send();
  assert.deepEqual([await client.outbox.list(), server.noted.size], [[], 0]);
  await client.session.signOut();
  await client.session.signIn(person);
  await client.outbox.send();
  assert.deepEqual([...server.noted.values()], ["mine"]);
  await client.session.signOut();
  await assert.rejects(client.outbox.add({ document: Note, variables: { text: "x" }, about: "x" }), failsWith("UNAUTHENTICATED"));
});

test("what was sent days ago without an answer is not sent again by itself, as the server has forgotten its key", async (t) => {
  const server = fakeServer();
  let now = 0;
  const client = clientOf(t, server, { now: () => now });
  await client.session.signIn(person);
  server.instead.Note = () => {
    throw new TypeError("no network");
  };
  const id = await client.outbox.add({ document: Note, variables: { text: "a" }, about: "cũ" });
  await client.outbox.send();
  now = 71 * 3_600_000;
  server.instead.Note = undefined;
  await client.outbox.send();
  const [old] = await client.outbox.list();
  assert.deepEqual([old.state, old.problem.code, server.noted.size], ["refused", "KEY_TOO_OLD", 0]);
  await client.outbox.retry(id);
  await until("it is sent", async () => (await client.outbox.list())[0].state === "sent");
  assert.notEqual([...server.noted.keys()][0], id);
});
