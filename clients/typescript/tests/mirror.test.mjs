import assert from "node:assert/strict";
import test from "node:test";
import { gql, memoryStorage } from "../dist/index.js";
import { clientOf, fakeServer } from "./fake.mjs";

const things = {
  name: "things",
  types: ["DIRECTIVE"],
  list: gql("query Things($after: String) { things(after: $after) { nodes { id name } pageInfo { hasNextPage endCursor } } }"),
  changes: gql("query Changes($after: String) { changes(after: $after) { events { kind type id object { id name } } endCursor hasMore } }"),
  variables: {},
};

/** A server that holds things, two on a page, and tells the changes that are put into `feed`. */
function holding(...ids) {
  const server = fakeServer();
  server.things = ids.map((id) => ({ id, name: `việc ${id}` }));
  server.feed = [];
  server.instead.ChangeCursor = (_, json) => json({ data: { changeCursor: String(server.feed.length) } });
  server.instead.Things = ({ after }, json) => {
    const from = Number(after ?? 0);
    const pageInfo = { hasNextPage: from + 2 < server.things.length, endCursor: String(from + 2) };
    return json({ data: { things: { nodes: server.things.slice(from, from + 2), pageInfo } } });
  };
  server.instead.Changes = ({ after }, json) => {
    const events = server.feed.slice(Number(after), Number(after) + 1);
    const reached = Number(after) + events.length;
    return json({ data: { changes: { events, endCursor: String(reached), hasMore: reached < server.feed.length } } });
  };
  server.times = (name) => server.asked.filter((one) => one === name).length;
  return server;
}

const upsert = (id, name) => ({ kind: "UPSERT", type: "DIRECTIVE", id, object: { id, name } });
const names = async (mirror) => (await mirror.all()).map(({ id, name }) => `${id} ${name}`);

test("everything is read once, then what has changed", async (t) => {
  const server = holding("a", "b", "c");
  const storage = memoryStorage();
  const mirror = clientOf(t, server, { storage }).sync(things);
  const changes = [];
  mirror.onChange((change) => changes.push(change));
  await Promise.all([mirror.update(), mirror.update(), mirror.update()]);
  assert.deepEqual(await names(mirror), ["a việc a", "b việc b", "c việc c"]);
  assert.equal(server.times("Things"), 2);
  server.feed.push(upsert("d", "mới"), { kind: "DELETED", type: "DIRECTIVE", id: "b" }, upsert("a", "đổi"), { kind: "RELOAD", type: "AGENCY", id: null });
  changes.length = 0;
  const next = clientOf(t, server, { storage }).sync(things);
  await Promise.all([mirror.update(), next.update()]);
  assert.deepEqual(await names(next), ["a đổi", "c việc c", "d mới"]);
  assert.equal(server.times("Things"), 2);
  assert.deepEqual(changes, [{ put: ["d"], gone: [] }, { put: [], gone: ["b"] }, { put: ["a"], gone: [] }]);
});

test("what was loaded at once is read anew, and what is not there any more goes", async (t) => {
  const server = holding("a", "b", "c");
  const mirror = clientOf(t, server).sync(things);
  await mirror.update();
  server.things = [{ id: "b", name: "khác" }, { id: "e", name: "mới" }];
  server.feed.push({ kind: "RELOAD", type: "DIRECTIVE", id: null });
  await mirror.update();
  assert.deepEqual(await names(mirror), ["b khác", "e mới"]);
  assert.equal(server.times("Things"), 3);
});

test("whoever dies while reading everything begins anew, and keeps nothing that has gone meanwhile", async (t) => {
  const server = holding("a", "b", "c");
  const storage = memoryStorage();
  const { Things } = server.instead;
  server.instead.Things = (given, json) =>
    given.after ? json({ errors: [{ message: "hỏng", extensions: { code: "BAD_REQUEST" } }] }, 400) : Things(given, json);
  await assert.rejects(clientOf(t, server, { storage }).sync(things).update());
  server.instead.Things = Things;
  server.things.shift();
  const mirror = clientOf(t, server, { storage }).sync(things);
  await mirror.update();
  assert.deepEqual(await names(mirror), ["b việc b", "c việc c"]);
});

test("copies that were read with other fields are read anew", async (t) => {
  const server = holding("a");
  const storage = memoryStorage();
  await clientOf(t, server, { storage }).sync(things).update();
  const other = { ...things, list: gql(things.list.text.replace("id name", "id name code")) };
  await clientOf(t, server, { storage }).sync(other).update();
  assert.equal(server.times("Things"), 2);
});

test("each account has copies of its own, which go when it signs out", async (t) => {
  const server = holding("a");
  const client = clientOf(t, server);
  const mirror = client.sync(things);
  await mirror.update();
  await client.session.signIn({ login: "one", password: "right" });
  assert.deepEqual(await mirror.all(), []);
  await mirror.update();
  assert.equal((await mirror.all()).length, 1);
  await client.session.signOut();
  assert.equal((await mirror.all()).length, 1, "the public's are kept");
  assert.deepEqual(await client.storage.list("mirror:one"), []);
});
