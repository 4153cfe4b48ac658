import { words } from './language.js';
import { Listeners } from './listeners.js';
import { mirrorsOf } from './mirror.js';
import { Problem, type UserError, problemOfUserError } from './problem.js';
import { exclusively } from './tabs.js';
import { ask } from './transport.js';
import type { World } from './world.js';

export interface Credentials {
  login: string;
  password: string;
  /** Six digits of the authenticator app. */
  code?: string;
  /** Instead of them. */
  recoveryCode?: string;
}

/** Who has signed in, as it was told at sign-in or by `reload`. */
export interface Viewer {
  id: string;
  login: string;
  fullName: string;
  language: string;
  agency: { id: string; code: string; name: string } | null;
  roles: string[];
  /** Held, but of no use in this session before a second factor. */
  rolesWaitingForSecondFactor: string[];
}

interface Held {
  accessToken: string;
  refreshToken: string;
  /** When the access token should not be used any more, by this device's clock. */
  staleAt: number;
  viewer: Viewer;
}

type Tokens = Pick<Held, 'accessToken' | 'refreshToken'>;

/** So long before its end an access token is not used any more. */
const EARLY = 30_000;
const KEY = 'session';

const TOKENS = 'tokens { accessToken refreshToken } userErrors { code field message }';
const SIGN_IN = `mutation SignIn($input: SignInInput!) { signIn(input: $input) { ${TOKENS} } }`;
const REFRESH = `mutation RefreshSession($input: RefreshSessionInput!) { refreshSession(input: $input) { ${TOKENS} } }`;
const SIGN_OUT = 'mutation SignOut { signOut { done } }';
const VIEWER = `query Viewer { viewer {
  account { id login fullName language agency { id code name } } roles rolesWaitingForSecondFactor
} }`;

/**
 * Who uses the app. It is kept in the client's storage, so that whoever reloads a page or opens the app tomorrow is still signed
 * in; all tabs share it. A refresh token is good once: one tab at a time refreshes, for all that wait, and the new pair is kept
 * before it is used.
 */
export class Session {
  /** Settled once it is known who is signed in, from the storage. */
  readonly ready: Promise<void>;
  #held: Held | null = null;
  #refreshing: Promise<void> | null = null;
  readonly #listeners = new Listeners();
  readonly #world: World;
  readonly #ring: () => void;

  /** `ring` tells the other tabs. */
  constructor(world: World, ring: () => void) {
    this.#world = world;
    this.#ring = ring;
    this.ready = this.look();
  }

  get signedIn(): boolean {
    return this.#held !== null;
  }

  get viewer(): Viewer | null {
    return this.#held?.viewer ?? null;
  }

  /** Called whenever somebody signs in or out, in whichever tab, or the session ends. */
  onChange(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }

  /** `secondFactor`: ask for the six digits, then call it again with `code`. What else is wrong is a problem. */
  async signIn(credentials: Credentials): Promise<void | { secondFactor: true }> {
    await this.ready;
    const { tokens, userErrors } = await this.#tokens('signIn', SIGN_IN, credentials);
    if (!tokens) {
      if (userErrors[0]?.code === 'SECOND_FACTOR_REQUIRED') {
        return { secondFactor: true };
      }
      throw problemOfUserError(userErrors[0] ?? { code: 'INTERNAL' });
    }
    await this.#keep({ ...tokens, staleAt: this.#staleAt(tokens), viewer: await this.#askViewer(tokens.accessToken) });
  }

  /** Forgets the session and its copies, even if the server cannot be told. What waits in the outbox stays until its owner is back. */
  async signOut(): Promise<void> {
    await this.ready;
    try {
      const token = await this.token();
      if (token) {
        await ask(this.#world, { text: SIGN_OUT, variables: {} }, { token });
      }
    } catch {
      // Without a network the session ends at the server by itself, after days of idleness.
    } finally {
      await this.#leave();
    }
  }

  /** Asks anew who that is: after a change of roles. */
  async reload(): Promise<void> {
    const token = await this.token();
    if (token) {
      const viewer = await this.#askViewer(token);
      if (this.#held) {
        await this.#keep({ ...this.#held, viewer });
      }
    }
  }

  /** An access token that should hold; null if nobody is signed in. */
  async token(): Promise<string | null> {
    await this.ready;
    const held = this.#held;
    if (held && this.#world.now() > held.staleAt) {
      try {
        await this.#refresh(held.accessToken);
      } catch (problem) {
        // It may hold for some seconds more, and a server that cannot be reached says so itself.
        if (this.#world.now() > held.staleAt + EARLY) {
          throw problem;
        }
      }
    }
    return this.#held?.accessToken ?? null;
  }

  /**
   * Hears of a token that the server did not take. True if there is another one now: send it again.
   * Only what the server says of the session signs somebody out, never a broken line.
   */
  async refused(token: string, reason: string | null): Promise<boolean> {
    if (!this.#held) {
      return false;
    }
    if (this.#held.accessToken === token) {
      if (reason !== 'TOKEN_EXPIRED') {
        await this.#forget(token);
        return false;
      }
      this.#held.staleAt = 0;
    }
    return (await this.token()) !== null;
  }

  /** Looks into the storage: another tab has signed in or out, or has refreshed. */
  async look(): Promise<void> {
    const before = this.#held?.viewer;
    this.#held = ((await this.#world.storage.get(KEY)) as Held | undefined) ?? null;
    if (JSON.stringify(before) !== JSON.stringify(this.#held?.viewer)) {
      this.#listeners.tell();
    }
  }

  #refresh(stale: string): Promise<void> {
    this.#refreshing ??= exclusively(`cotmoc:session:${this.#world.url}`, () => this.#renew(stale)).finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  async #renew(stale: string): Promise<void> {
    await this.look();
    const held = this.#held;
    // While this one waited for its turn, another has refreshed, or has signed out.
    if (held?.accessToken !== stale) {
      return;
    }
    const { tokens, userErrors } = await this.#tokens('refreshSession', REFRESH, { refreshToken: held.refreshToken });
    if (tokens) {
      const stored = (await this.#world.storage.get(KEY)) as Held | undefined;
      // Unless somebody has signed out meanwhile.
      if (stored?.refreshToken === held.refreshToken) {
        await this.#keep({ ...tokens, staleAt: this.#staleAt(tokens), viewer: held.viewer });
      }
    } else {
      await this.#forget(held.accessToken);
      const [error] = userErrors;
      throw new Problem({
        kind: 'graphql',
        code: 'UNAUTHENTICATED',
        reason: error?.code ?? null,
        message: error?.message ?? words[this.#world.language].ended,
      });
    }
  }

  async #forget(accessToken: string): Promise<void> {
    await this.look();
    if (this.#held?.accessToken === accessToken) {
      await this.#leave();
    }
  }

  /** Also whoever ends a lost device's session from elsewhere takes the copies off it. */
  async #leave(): Promise<void> {
    const login = this.viewer?.login;
    await this.#keep(null);
    if (login !== undefined) {
      const copies = await this.#world.storage.list(mirrorsOf(login));
      await this.#world.storage.write(copies.map(([key]) => [key, undefined]));
    }
  }

  async #keep(held: Held | null): Promise<void> {
    const before = this.#held?.viewer;
    await this.#world.storage.write([[KEY, held ?? undefined]]);
    this.#held = held;
    this.#ring();
    if (JSON.stringify(before) !== JSON.stringify(held?.viewer)) {
      this.#listeners.tell();
    }
  }

  /** By what the token says of its own life: the clocks of server and device need not agree. */
  #staleAt({ accessToken }: Tokens): number {
    let life = 300_000;
    try {
      const part = accessToken.split('.')[1]!.replaceAll('-', '+').replaceAll('_', '/');
      const { iat, exp } = JSON.parse(atob(part)) as { iat: number; exp: number };
      life = (exp - iat) * 1000 || life;
    } catch {
      // Whatever it is, the server says when it has expired.
    }
    return this.#world.now() + Math.max(life - EARLY, life / 2);
  }

  async #tokens(field: string, text: string, input: object): Promise<{ tokens: Tokens | null; userErrors: UserError[] }> {
    const { data, problems } = await ask(this.#world, { text, variables: { input } });
    const payload = data?.[field] as { tokens: Tokens | null; userErrors: UserError[] } | null | undefined;
    if (!payload) {
      throw problems[0] ?? problemOfUserError({ code: 'INTERNAL' });
    }
    return payload;
  }

  async #askViewer(token: string): Promise<Viewer> {
    const { data, problems } = await ask(this.#world, { text: VIEWER, variables: {} }, { token });
    const viewer = data?.['viewer'] as (Pick<Viewer, 'roles' | 'rolesWaitingForSecondFactor'> & { account: Viewer | null }) | null;
    if (!viewer?.account) {
      throw problems[0] ?? problemOfUserError({ code: 'INTERNAL' });
    }
    return { ...viewer.account, roles: viewer.roles, rolesWaitingForSecondFactor: viewer.rolesWaitingForSecondFactor };
  }
}
