// A server in memory, as far as the kit's pure tests need one: it signs in, refreshes, and notes things down once for each key.
import { createClient } from "../dist/index.js";

export const URL_OF_FAKE = "http://cotmoc.test/graphql";

export function fakeServer() {
  const server = {
    /** The name of each operation that came, in order. */
    asked: [],
    /** What was noted down: one for each key. */
    noted: new Map(),
    /** By the name of an operation: what happens instead. It answers a response, fails, or answers nothing to go on. */
    instead: {},
    /** By the name of an operation: how many answers are lost after it was executed. */
    lost: {},
    refreshes: 0,
    generation: 0,
    valid: null,
    fetch,
  };
  const json = (body, status = 200, headers = {}) =>
    new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json", "x-request-id": "r-1", ...headers } });
  const tokens = () => {
    server.generation += 1;
    const claims = Buffer.from(JSON.stringify({ iat: 0, exp: 600 })).toString("base64url");
    server.valid = `h.${claims}.${server.generation}`;
    return { accessToken: server.valid, refreshToken: `refresh-${server.generation}` };
  };
  const answers = {
    SignIn: ({ input }) =>
      input.password === "wrong"
        ? { signIn: { tokens: null, userErrors: [{ code: "WRONG_CREDENTIALS", message: "sai", field: ["input"] }] } }
        : input.login === "two" && !input.code
          ? { signIn: { tokens: null, userErrors: [{ code: "SECOND_FACTOR_REQUIRED", message: "mã", field: [] }] } }
          : ((server.login = input.login), { signIn: { tokens: tokens(), userErrors: [] } }),
    RefreshSession: ({ input }) => {
      server.refreshes += 1;
      // As the real one: the same again while nobody has used the successor.
      if (server.used && input.refreshToken === server.used.before) return { refreshSession: { tokens: server.used.pair, userErrors: [] } };
      if (input.refreshToken !== `refresh-${server.generation}`) {
        return { refreshSession: { tokens: null, userErrors: [{ code: "EXPIRED", message: "hết", field: [] }] } };
      }
      server.used = { before: input.refreshToken, pair: tokens() };
      return { refreshSession: { tokens: server.used.pair, userErrors: [] } };
    },
    SignOut: () => ({ signOut: { done: true } }),
    Viewer: () => ({
      viewer: {
        account: { id: `id-${server.login}`, login: server.login, fullName: "Người Thử", language: "VI", agency: null },
        roles: ["REPORTER"],
        rolesWaitingForSecondFactor: [],
      },
    }),
    Thing: () => ({ thing: { name: "một" } }),
    Note: ({ text, key }) => {
      if (text === "refuse") return { note: { text: null, userErrors: [{ code: "OUT_OF_BOUNDS", message: "quá lớn", field: ["input", "value"] }] } };
      if (!server.noted.has(key)) server.noted.set(key, text);
      return { note: { text: server.noted.get(key), userErrors: [] } };
    },
  };
  async function fetch(url, { method = "GET", headers = {}, body } = {}) {
    const search = new URL(url).searchParams;
    const { query, variables = {} } =
      method === "POST" ? JSON.parse(body) : { query: search.get("query"), variables: JSON.parse(search.get("variables") ?? "{}") };
    const name = /^\s*(?:query|mutation)\s+(\w+)/.exec(query)[1];
    server.asked.push(name);
    server.last = { method, headers, query, variables };
    const other = await server.instead[name]?.(variables, json, headers);
    if (other) return other;
    const token = headers.authorization?.slice("Bearer ".length);
    if (token && token !== server.valid) {
      return json({ errors: [{ message: "hết hạn", extensions: { code: "UNAUTHENTICATED", reason: "TOKEN_EXPIRED" } }] }, 401);
    }
    const data = answers[name](variables);
    if (server.lost[name] > 0) {
      server.lost[name] -= 1;
      throw new TypeError("the connection broke off");
    }
    return json({ data });
  }
  return server;
}

/** A client of it, which is closed after the test. */
export function clientOf(test, server, options = {}) {
  const client = createClient({ url: URL_OF_FAKE, fetch: server.fetch, WebSocket: undefined, ...options });
  test.after(() => client.close());
  return client;
}

/** Until it is so; fails after twenty seconds. */
export async function until(what, condition) {
  const end = Date.now() + 20_000;
  for (;;) {
    const found = await condition();
    if (found) return found;
    if (Date.now() > end) throw new Error(`It never came to this: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
