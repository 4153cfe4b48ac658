import assert from "node:assert/strict";
import test from "node:test";
import { ApolloClient, InMemoryCache, gql as apolloGql } from "@apollo/client/core";
import { Client as Urql, gql as urqlGql } from "@urql/core";
import { cacheExchange } from "@urql/exchange-graphcache";
import { relayPagination } from "@urql/exchange-graphcache/extras";
import { Problem } from "../dist/index.js";
import * as apollo from "../dist/adapters/apollo.js";
import * as urql from "../dist/adapters/urql.js";
import { until } from "./fake.mjs";
import { signedIn, skip } from "./server.mjs";

const PAGE = `query Page($after: String) { directives(first: 2, after: $after) {
  __typename nodes { __typename id title } pageInfo { __typename hasNextPage endCursor }
} }`;
const ONE = "query One($code: String!) { directive(code: $code) { __typename id title } }";
const CHANGED = "subscription Changed { changed { __typename kind type id object { __typename ... on Directive { id title } } } }";
const READ = "mutation Read($input: MarkNotificationsReadInput!) { markNotificationsRead(input: $input) { __typename done userErrors { __typename code } } }";
const NOTIFICATIONS = "query Notifications { notifications(first: 1) { __typename nodes { __typename id readAt } pageInfo { __typename hasNextPage endCursor } } }";

const directive = (number, title = `việc ${number}`) => ({ __typename: "Directive", id: `d${number}`, title });

/** The kit, as far as the adapters use it. What it was asked is in `asked`. */
function stub() {
  const kit = {
    asked: [],
    titles: {},
    async query({ text }, variables, { partial } = {}) {
      kit.asked.push([/query (\w+)/.exec(text)[1], variables]);
      if (text.includes("query Page")) {
        const first = variables.after ? 3 : 1;
        const pageInfo = { __typename: "PageInfo", hasNextPage: first === 1, endCursor: `after-${first + 1}` };
        return { directives: { __typename: "DirectiveConnection", nodes: [directive(first), directive(first + 1)], pageInfo } };
      }
      if (text.includes("query Notifications")) {
        const nodes = [{ __typename: "Notification", id: "n1", readAt: null }];
        const pageInfo = { __typename: "PageInfo", hasNextPage: false, endCursor: null };
        return { notifications: { __typename: "NotificationConnection", nodes, pageInfo } };
      }
      if (variables.code === "hole") {
        partial([new Problem({ kind: "graphql", code: "UNAVAILABLE", message: "chờ", path: ["directive"] })]);
        return { directive: null };
      }
      if (variables.code === "wrong") throw new Problem({ kind: "graphql", code: "BAD_REQUEST", message: "sai", requestId: "r-9" });
      if (variables.code === "cut") throw new Problem({ kind: "network", code: "NETWORK", message: "mất mạng" });
      return { directive: directive(variables.code) };
    },
    mutate({ text }, variables) {
      kit.asked.push([/mutation (\w+)/.exec(text)[1], variables]);
      return new Promise((resolve) => {
        kit.answer = () => resolve({ markNotificationsRead: { __typename: "MarkNotificationsReadPayload", done: true, userErrors: [] } });
      });
    },
    subscribe(_document, _variables, sink) {
      kit.tell = (event) => sink.next({ changed: { __typename: "ChangeEvent", type: "DIRECTIVE", object: null, ...event } });
      return () => (kit.stopped = true);
    },
  };
  return kit;
}

function urqlOf(kit) {
  const { updates, ...rest } = urql.cotmocCache(relayPagination);
  const exchanges = [cacheExchange({ ...rest, updates }), urql.cotmocExchange(kit)];
  return new Urql({ url: "http://cotmoc.test/graphql", exchanges, preferGetMethod: false });
}

const apolloOf = (kit) =>
  new ApolloClient({ link: apollo.cotmocLink(kit), cache: new InMemoryCache(apollo.cotmocCache()) });

/** What a client shows of a query, again and again. */
function watch(test, client, text, variables = {}) {
  const shown = [];
  if (client instanceof Urql) {
    const { unsubscribe } = client.query(urqlGql(text), variables).subscribe(({ data }) => shown.push(data));
    test.after(unsubscribe);
  } else {
    const watched = client.watchQuery({ query: apolloGql(text), variables });
    const subscription = watched.subscribe(({ data }) => shown.push(data));
    test.after(() => subscription.unsubscribe());
    shown.more = (variables) => watched.fetchMore({ variables });
  }
  return shown;
}

for (const [name, clientOf] of [["urql", urqlOf], ["Apollo", apolloOf]]) {
  test(`${name}: pages are put one behind the other`, async (t) => {
    const client = clientOf(stub());
    const shown = watch(t, client, PAGE);
    await until("the first page", () => shown.at(-1)?.directives?.nodes.length === 2);
    if (shown.more) {
      await shown.more({ after: "after-2" });
    } else {
      watch(t, client, PAGE, { after: "after-2" });
    }
    await until("both pages", () => shown.at(-1)?.directives?.nodes.length === 4);
    assert.deepEqual(shown.at(-1).directives.nodes.map(({ id }) => id), ["d1", "d2", "d3", "d4"]);
    assert.equal(shown.at(-1).directives.pageInfo.hasNextPage, false);
  });

  test(`${name}: an object is the same wherever it is read, and follows the feed`, async (t) => {
    const kit = stub();
    const client = clientOf(kit);
    const shown = watch(t, client, ONE, { code: "7" });
    await until("it is read", () => shown.at(-1)?.directive?.title === "việc 7");
    const run =
      name === "urql"
        ? client.subscription(urqlGql(CHANGED), {}).subscribe(() => {})
        : client.subscribe({ query: apolloGql(CHANGED) }).subscribe(({ data }) => apollo.applyChange(client.cache, data.changed));
    await until("it follows", () => kit.tell);
    kit.tell({ kind: "UPSERT", id: "d7", object: directive(7, "đã đổi") });
    await until("the change is shown", () => shown.at(-1)?.directive?.title === "đã đổi");
    assert.equal(kit.asked.length, 1, "nothing was asked again");
    kit.tell({ kind: "DELETED", id: "d7" });
    await until("it is asked again for what has gone", () => kit.asked.length === 2);
    run.unsubscribe();
    await until("the kit is told", () => kit.stopped);
  });

  test(`${name}: problems keep code, path and request id`, async () => {
    const client = clientOf(stub());
    const ask = async (code) => {
      if (name === "urql") return (await client.query(urqlGql(ONE), { code }).toPromise()).error;
      const { error } = await client.query({ query: apolloGql(ONE), variables: { code }, errorPolicy: "all" });
      return error;
    };
    const errorsOf = (error) => error.graphQLErrors ?? error.errors;
    const [wrong] = errorsOf(await ask("wrong"));
    assert.deepEqual([wrong.message, wrong.extensions.code, wrong.extensions.requestId], ["sai", "BAD_REQUEST", "r-9"]);
    const [hole] = errorsOf(await ask("hole"));
    assert.deepEqual([hole.extensions.code, hole.path], ["UNAVAILABLE", ["directive"]]);
    const cut = await ask("cut");
    assert.equal((cut.networkError ?? cut).code, "NETWORK");
  });

  test(`${name}: that a message was read is shown at once`, async (t) => {
    const kit = stub();
    const client = clientOf(kit);
    const shown = watch(t, client, NOTIFICATIONS);
    await until("it is unread", () => shown.at(-1)?.notifications?.nodes[0].readAt === null);
    const variables = { input: { notifications: ["n1"] } };
    const done =
      name === "urql"
        ? client.mutation(urqlGql(READ), variables).toPromise()
        : client.mutate({
            mutation: apolloGql(READ),
            variables,
            optimisticResponse: apollo.markedRead(),
            update: (cache) => apollo.markRead(cache, variables.input.notifications),
          });
    await until("it is shown as read before the server answers", () => shown.at(-1)?.notifications?.nodes[0].readAt);
    kit.answer();
    await done;
    assert.ok(shown.at(-1).notifications.nodes[0].readAt);
  });

  test(`${name}: against the server, with the session and one key for each change`, { skip }, async (t) => {
    const sent = [];
    const watching = (address, init) => (sent.push(init?.body && JSON.parse(init.body)), fetch(address, init));
    const kit = await signedIn(t, "bao.cao", { fetch: watching });
    const client = clientOf(kit);
    const LOGIN = "query Login { viewer { account { id login } } agency(code: \"qng.skhcn\") { id ledDirectives(first: 2) { nodes { id title viewerCan { reportProgress } } pageInfo { hasNextPage endCursor } } } }";
    const WRONG = "mutation Wrong($input: ReportProgressInput!, $key: UUID!) { reportProgress(input: $input, idempotencyKey: $key) { userErrors { code } } }";
    const input = { directive: "nothing", narrative: "" };
    const [answer] =
      name === "urql"
        ? [await client.query(urqlGql(LOGIN), {}).toPromise(), await client.mutation(urqlGql(WRONG), { input }).toPromise()]
        : [
            await client.query({ query: apolloGql(LOGIN) }),
            await client.mutate({ mutation: apolloGql(WRONG), variables: { input }, errorPolicy: "all" }),
          ];
    assert.equal(answer.data.viewer.account.login, "bao.cao");
    assert.equal(answer.data.agency.ledDirectives.nodes.length, 2);
    assert.match(sent.find((body) => body?.query.includes("Wrong")).variables.key, /^[0-9a-f-]{36}$/);
  });
}
