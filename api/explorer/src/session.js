import { language, words } from './words.js';

export const ENDPOINT = '/graphql';

/** So long before its end an access token is not used any more, in milliseconds. */
const EARLY = 30_000;
/** So long it is used at least: by a clock that runs ahead, a new one would have ended already. */
const AT_LEAST = 60_000;

const TOKENS = 'tokens { accessToken accessTokenExpiresAt refreshToken } userErrors { code message }';
const SIGN_IN = `mutation SignIn($input: SignInInput!) { signIn(input: $input) { ${TOKENS} } }`;
const REFRESH = `mutation RefreshSession($input: RefreshSessionInput!) { refreshSession(input: $input) { ${TOKENS} } }`;
const SIGN_OUT = 'mutation SignOut { signOut { done } }';
const VIEWER = 'query Viewer { viewer { account { login fullName } roles rolesWaitingForSecondFactor } }';
const ROLES = 'query Roles { labels(types: ["Role"]) { values { value label } } }';

/** In this variable and nowhere else: whoever closes or reloads the page is signed out. */
let held = null;
let refreshing = null;

/** What the page shows: the viewer, or why there is none any more. */
let state = { viewer: null, notice: null };
const listeners = new Set();

export const session = {
  subscribe(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  now: () => state,
};

function show(next) {
  state = next;
  listeners.forEach(listener => listener());
}

function hold({ accessToken, accessTokenExpiresAt, refreshToken }) {
  const life = Date.parse(accessTokenExpiresAt) - Date.now() - EARLY;
  held = { accessToken, refreshToken, staleAt: performance.now() + Math.max(life, AT_LEAST) };
}

function forget(notice = null) {
  held = null;
  show({ viewer: null, notice });
}

/** Answers what the person has to mend; nobody is signed in then. */
export async function signIn(input) {
  const { tokens, userErrors } = (await ask(SIGN_IN, { input })).signIn;
  if (tokens) {
    hold(tokens);
    try {
      show({ viewer: (await ask(VIEWER, {}, authorizedFetch)).viewer, notice: null });
    } catch (error) {
      held = null;
      throw error;
    }
  }
  return userErrors;
}

/** Forgets the session even if the server cannot be told. */
export async function signOut() {
  try {
    await ask(SIGN_OUT, {}, authorizedFetch);
  } finally {
    forget(state.notice);
  }
}

/** The names of the roles for people, by value. */
export async function roleLabels() {
  const [{ values }] = (await ask(ROLES)).labels;
  return new Map(values.map(({ value, label }) => [value, label]));
}

/** What a new WebSocket says of the session: nothing, where nobody is signed in. */
export async function connectionParams() {
  if (!held) {
    return {};
  }
  const token = performance.now() > held.staleAt ? await refresh() : held.accessToken;
  return token ? { authorization: `Bearer ${token}` } : {};
}

/** As `fetch`, with the token of the session. A token that was typed into the header editor is left alone. */
export async function authorizedFetch(url, options) {
  if (!held || new Headers(options.headers).has('authorization')) {
    return fetch(url, options);
  }
  const bearing = token => ({ ...options, headers: { ...options.headers, authorization: `Bearer ${token}` } });
  let token = held.accessToken;
  if (performance.now() > held.staleAt) {
    // Should the session have ended, the old token is sent: a refusal tells more than an answer for nobody.
    token = (await refresh()) ?? token;
  }
  const response = await fetch(url, bearing(token));
  const refused = response.status === 401 && (await reason(response));
  if (!refused || !held) {
    return response;
  }
  if (refused === 'TOKEN_EXPIRED') {
    const next = held.accessToken === token ? await refresh() : held.accessToken;
    return next ? fetch(url, bearing(next)) : response;
  }
  if (held.accessToken === token) {
    forget(words.ended);
  }
  return response;
}

/** One at a time, as a refresh token is good for once. Answers the new access token; none if the session has ended. */
function refresh() {
  refreshing ??= renew(held).finally(() => {
    refreshing = null;
  });
  return refreshing;
}

async function renew(before) {
  const { tokens } = (await ask(REFRESH, { input: { refreshToken: before.refreshToken } })).refreshSession;
  // Unless somebody has signed out meanwhile.
  if (held === before) {
    tokens ? hold(tokens) : forget(words.ended);
  }
  return held?.accessToken;
}

/** Why a token is refused, in the server's word; none if it is not about the token. */
async function reason(response) {
  try {
    return (await response.clone().json()).errors[0].extensions.reason;
  } catch {
    return undefined;
  }
}

async function ask(query, variables, send = fetch) {
  const { data, errors } = await answer(query, variables, send);
  if (errors) {
    throw new Error(errors[0].message);
  }
  return data;
}

async function answer(query, variables, send) {
  const headers = { accept: 'application/json', 'accept-language': language, 'content-type': 'application/json' };
  try {
    const response = await send(ENDPOINT, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
    return await response.json();
  } catch (error) {
    throw new Error(words.unreachable, { cause: error });
  }
}
