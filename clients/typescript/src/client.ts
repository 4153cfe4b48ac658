import { type TypedDocument, type Variables, takesKey } from './document.js';
import type { Language } from './language.js';
import { Live, type Sink } from './live.js';
import { Mirror, type MirrorOptions, type NodeOf } from './mirror.js';
import { Outbox } from './outbox.js';
import { Problem } from './problem.js';
import { Session } from './session.js';
import { type KeyValue, storageFor } from './storage.js';
import { bell, mayBeOnline } from './tabs.js';
import { ask, headersOf, problemOf, reach } from './transport.js';
import { uuid } from './uuid.js';
import { type World, pause, scattered } from './world.js';

export interface ClientOptions {
  /** Of `/graphql`. In a browser a path will do. */
  url: string;
  language?: Language;
  /** IndexedDB in a browser, else memory. */
  storage?: KeyValue;
  /** How the app calls itself, and its version, in printable ASCII; people see it in the list of their sessions. */
  name?: string;
  version?: string;
  fetch?: typeof fetch;
  WebSocket?: typeof WebSocket;
  now?: () => number;
}

export interface QueryOptions {
  signal?: AbortSignal;
  /** Asks as the public, whoever has signed in: such answers are kept by the browser, and by the server for all. */
  anonymous?: boolean;
  /**
   * Takes an answer of which single fields could not be read (they are null), and hears why. Without it such an answer is a
   * problem, so that nobody takes "could not be read" for "there is nothing".
   */
  partial?: (problems: readonly Problem[]) => void;
}

export interface MutateOptions {
  /** The idempotency key, if you have one already. */
  key?: string;
  signal?: AbortSignal;
}

/** Between the tries of one call; whoever waits longer is told. */
const PAUSES = [300, 1_000, 3_000];
const LONGEST_WAIT = 5;
/** Codes that are tried again by themselves. */
const AGAIN = new Set(['NETWORK', 'NO_ANSWER', 'HTTP', 'UNAVAILABLE', 'RATE_LIMITED', 'CONFLICT', 'REQUEST_TIMEOUT']);
/** Nothing was done, as the server says; also what has no key may be sent again. */
const UNTOUCHED = new Set(['UNAVAILABLE', 'RATE_LIMITED']);

export function createClient(options: ClientOptions): Client {
  return new Client(options);
}

export class Client {
  readonly session: Session;
  readonly outbox: Outbox;
  /** The client's storage, for what an app wants to keep beside. The kit's own keys begin with `session`, `outbox:`, `mirror:`. */
  readonly storage: KeyValue;
  readonly #world: World;
  readonly #live: Live;
  readonly #close: () => void;
  readonly #ring: (what: string) => void;
  readonly #mirrors = new Map<string, Mirror<{ id: string }>>();

  constructor(options: ClientOptions) {
    for (const said of [options.name, options.version]) {
      // They are sent as headers, which hold nothing else: refused here, and not as a network that fails.
      if (said && !/^[\x20-\x7e]+$/.test(said)) throw new RangeError(`name and version are printable ASCII, and not ${said}`);
    }
    const url = typeof location === 'undefined' ? options.url : new URL(options.url, location.href).href;
    this.storage = options.storage ?? storageFor(`cotmoc:${url}`);
    this.#world = {
      url,
      fetch: options.fetch ?? ((...request) => fetch(...request)),
      WebSocket: options.WebSocket ?? globalThis.WebSocket,
      now: options.now ?? Date.now,
      storage: this.storage,
      name: options.name ?? 'cotmoc-kit',
      version: options.version,
      language: options.language ?? 'vi',
    };
    const channel = bell(`cotmoc:${url}`, what => {
      what === 'session' ? void this.session.look() : what === 'outbox' ? this.outbox.heard() : this.#mirrors.get(what)?.heard();
    });
    this.#ring = what => channel.ring(what);
    this.session = new Session(this.#world, () => channel.ring('session'));
    const once = (text: string, variables: Variables) => this.#mutateOnce(text, variables);
    this.outbox = new Outbox(this.#world, this.session, once, () => channel.ring('outbox'));
    this.#live = new Live(this.#world, this.session);
    this.#close = () => channel.close();
    // What waits since the app was closed.
    void this.session.ready.then(() => this.outbox.send()).catch(() => {});
  }

  get language(): Language {
    return this.#world.language;
  }

  set language(language: Language) {
    if (language !== this.#world.language) {
      this.#world.language = language;
      this.#live.restart();
      this.#mirrors.forEach(mirror => mirror.restart());
    }
  }

  /** Reads. Tried again by itself while the network fails. */
  async query<R, V>(document: TypedDocument<R, V>, variables: V, options: QueryOptions = {}): Promise<R> {
    const { signal, anonymous = false, partial } = options;
    const question = { text: document.text, variables: (variables ?? {}) as Variables };
    return this.#tried(
      async () => {
        const answer = await this.#bearing(anonymous, signal, token =>
          ask(this.#world, question, { token, get: token === null, signal }),
        );
        if (answer.problems.length > 0) {
          if (!answer.data || !partial) {
            throw answer.problems[0]!;
          }
          partial(answer.problems);
        }
        return answer.data as R;
      },
      ({ code }) => AGAIN.has(code),
      signal,
    );
  }

  /**
   * Changes something. A document that takes an idempotency key takes it as `$key`; each try sends the same, so that it is done
   * once. What the person has to mend is in the answer's `userErrors` (`refusalOf`).
   */
  async mutate<R, V>(
    document: TypedDocument<R, V>,
    variables: NoInfer<V> | Omit<NoInfer<V>, 'key'>,
    options: MutateOptions = {},
  ): Promise<R> {
    const keyed = takesKey(document.text);
    const given = (variables ?? {}) as Variables;
    const key = options.key ?? given['key'] ?? uuid(this.#world.now());
    const sent = keyed ? { ...given, key } : given;
    const again = ({ code }: Problem) => (keyed ? AGAIN : UNTOUCHED).has(code);
    return (await this.#tried(() => this.#mutateOnce(document.text, sent, options.signal), again, options.signal)) as R;
  }

  /** Follows what changes, until the answer is called. */
  subscribe<R, V>(document: TypedDocument<R, V>, variables: V, sink: Sink<R>): () => void {
    return this.#live.subscribe(document.text, (variables ?? {}) as Variables, sink as Sink<unknown>);
  }

  /** Copies on the device that keep themselves up to date: see `Mirror`. */
  sync<R, V>(options: MirrorOptions<R, V>): Mirror<NodeOf<R> & { id: string }> {
    const key = `mirror:${options.name}`;
    const mirror = new Mirror<NodeOf<R> & { id: string }>(this, options as unknown as MirrorOptions<unknown, never>, () => this.#ring(key));
    this.#mirrors.set(key, mirror);
    return mirror;
  }

  /** As `fetch`, of files of the same server (`/files/…`), with the session. A refusal is a problem. */
  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const url = new URL(path, this.#world.url).href;
    const signal = init.signal ?? undefined;
    // The token is for this server alone.
    const elsewhere = new URL(url).origin !== new URL(this.#world.url).origin;
    return this.#bearing(elsewhere, signal, async token => {
      const headers = new Headers(init.headers);
      for (const [name, value] of Object.entries(headersOf(this.#world, token))) {
        headers.has(name) || headers.set(name, value);
      }
      // Files are large and lines are slow: it takes as long as it takes.
      const response = await reach(this.#world, url, { ...init, headers }, 600_000);
      if (!response.ok && response.status !== 304) {
        throw await problemOf(this.#world, response);
      }
      return response;
    });
  }

  /** Ends what goes on in the background. */
  close(): void {
    this.#live.close();
    this.outbox.close();
    this.#close();
  }

  async #mutateOnce(text: string, variables: Variables, signal?: AbortSignal): Promise<unknown> {
    const answer = await this.#bearing(false, signal, token => ask(this.#world, { text, variables }, { token, signal }));
    // Done is done, also where a field of what was done could not be read afterwards.
    const done = answer.data && Object.values(answer.data).some(payload => payload !== null);
    if (!done && answer.problems.length > 0) {
      throw answer.problems[0]!;
    }
    return answer.data;
  }

  /** With the session's token; once more with the next one where the first has expired. */
  async #bearing<T>(anonymous: boolean, signal: AbortSignal | undefined, work: (token: string | null) => Promise<T>): Promise<T> {
    const token = anonymous ? null : await this.session.token();
    signal?.throwIfAborted();
    try {
      return await work(token);
    } catch (problem) {
      const refused = token && problem instanceof Problem && problem.code === 'UNAUTHENTICATED';
      if (refused && (await this.session.refused(token, problem.reason))) {
        return work(await this.session.token());
      }
      throw problem;
    }
  }

  async #tried<T>(work: () => Promise<T>, again: (problem: Problem) => boolean, signal?: AbortSignal): Promise<T> {
    for (let tries = 0; ; tries++) {
      try {
        return await work();
      } catch (error) {
        const wait = PAUSES[tries];
        const retryAfter = error instanceof Problem ? (error.retryAfter ?? 0) : 0;
        const worth = error instanceof Problem && error.retryable && again(error) && retryAfter <= LONGEST_WAIT;
        if (!worth || wait === undefined || !mayBeOnline()) {
          throw error;
        }
        await pause(Math.max(scattered(wait), retryAfter * 1000), signal);
        signal?.throwIfAborted();
      }
    }
  }
}

