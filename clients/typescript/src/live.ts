import { type Variables, gql } from './document.js';
import { type GraphqlError, Problem, networkProblem, problemOfError } from './problem.js';
import type { Session } from './session.js';
import { mayBeOnline, onNetwork } from './tabs.js';
import { ask, headersOf, problemOf } from './transport.js';
import { type World, pause, scattered } from './world.js';

export type LiveState = 'live' | 'connecting' | 'offline';

export interface Sink<Result> {
  next(result: Result): void;
  /** The subscription is over: what it asks for cannot be had. A broken line is none of this. */
  error?(problem: Problem): void;
  state?(state: LiveState): void;
}

interface Operation {
  readonly id: string;
  payload: { query: string; variables: Variables };
  readonly sink: Sink<unknown>;
  /** The last place in the feed that was reached: it goes on there. */
  cursor: string | null;
  state: LiveState | null;
}

/** Asks for the present place in the change feed. */
export const CURSOR = gql<{ changeCursor: string | null }, object>('query ChangeCursor { changeCursor }');

/** A connection, or one stream for each operation, while it holds. */
interface Line {
  add(operation: Operation): void;
  remove(operation: Operation): void;
  close(): void;
  /** True if it held at all. */
  readonly ended: Promise<boolean>;
}

/** Until a WebSocket must have been acknowledged. */
const GREETING = 5_000;
/** The server says something every 15 seconds; on a WebSocket a browser does not show it, so it is asked. */
const QUIET = 25_000;
/** A connection that held for so long was a good one. */
const SOME_TIME = 10_000;
const LONGEST_PAUSE = 30_000;
/** After so many WebSockets that came to nothing, server-sent events are tried. */
const SOCKETS = 2;
/** A connection nobody needs is kept for so long: a screen that goes is often followed by another. */
const LINGER = 2_000;

/**
 * Subscriptions over one connection: a WebSocket, or where none gets through, server-sent events. A connection that breaks is made
 * again with growing pauses, and each subscription goes on where it was.
 */
export class Live {
  readonly #world: World;
  readonly #session: Session;
  readonly #operations = new Map<string, Operation>();
  readonly #stops: (() => void)[];
  #count = 0;
  #line: Line | null = null;
  #running = false;
  #closed = false;
  /** Whether the server has asked to try later. */
  #putOff = false;
  #socketFailures = 0;
  #wake = new AbortController();

  constructor(world: World, session: Session) {
    this.#world = world;
    this.#session = session;
    this.#stops = [
      onNetwork('online', () => this.#again()),
      onNetwork('offline', () => this.#again()),
      session.onChange(() => this.#again()),
    ];
  }

  subscribe(text: string, variables: Variables, sink: Sink<unknown>): () => void {
    const payload = { query: text, variables };
    const operation: Operation = { id: String(++this.#count), payload, sink, cursor: null, state: null };
    let stopped = false;
    show(operation, 'connecting');
    void this.#placed(operation).then(() => {
      if (!stopped && !this.#closed) {
        this.#operations.set(operation.id, operation);
        this.#line?.add(operation);
        void this.#run();
      }
    });
    return () => {
      stopped = true;
      this.#drop(operation);
    };
  }

  /** What takes a place in the feed and has none begins at the present one: so nothing is missed from when it is `live`. */
  async #placed(operation: Operation): Promise<void> {
    const { query, variables } = operation.payload;
    if (/\$after\s*:/.test(query) && (variables['after'] ?? operation.cursor) === null) {
      try {
        const { data } = await ask(this.#world, { text: CURSOR.text, variables: {} }, { token: await this.#session.token() });
        operation.payload = { query, variables: { ...variables, after: data?.['changeCursor'] } };
      } catch {
        // Whoever cannot be asked has not said anything yet either.
      }
    }
  }

  /** What was said at the beginning of the connection holds no longer: the session, the language. */
  restart(): void {
    this.#again();
  }

  close(): void {
    this.#closed = true;
    this.#stops.forEach(stop => stop());
    this.#operations.clear();
    this.#again();
  }

  #again(): void {
    this.#line?.close();
    this.#wake.abort();
  }

  #drop(operation: Operation): void {
    if (this.#operations.delete(operation.id)) {
      this.#line?.remove(operation);
      if (this.#operations.size === 0) {
        const timer = setTimeout(() => this.#operations.size === 0 && this.#again(), LINGER);
        (timer as { unref?: () => void }).unref?.();
      }
    }
  }

  #fail(operation: Operation, problem: Problem): void {
    if (this.#operations.has(operation.id)) {
      this.#drop(operation);
      operation.sink.error?.(problem);
    }
  }

  async #run(): Promise<void> {
    if (this.#running) {
      return;
    }
    this.#running = true;
    let failures = 0;
    while (this.#operations.size > 0) {
      this.#wake = new AbortController();
      const begun = this.#world.now();
      this.#putOff = false;
      const outcome = mayBeOnline() ? await this.#connected() : 'failed';
      if (outcome === 'failed' || this.#putOff) {
        failures += 1;
      } else if (outcome === 'held') {
        // One that did not hold for long may be the first of many.
        failures = this.#world.now() - begun > SOME_TIME ? 0 : 1;
      }
      if (outcome !== 'other way' && this.#operations.size > 0 && !this.#wake.signal.aborted) {
        // A first WebSocket that gets nowhere says little as yet.
        this.#show(mayBeOnline() && failures <= 1 ? 'connecting' : 'offline');
        await pause(scattered(Math.min(LONGEST_PAUSE, 250 * 2 ** failures)), this.#wake.signal);
      }
    }
    this.#running = false;
  }

  /** Makes a connection and waits for its end. `other way`: no WebSocket gets through, events may. */
  async #connected(): Promise<'held' | 'failed' | 'other way'> {
    let token: string | null;
    try {
      token = await this.#session.token();
    } catch {
      return 'failed';
    }
    // Those that began while nobody could be asked for their place.
    await Promise.all([...this.#operations.values()].map(operation => this.#placed(operation)));
    let bySocket = this.#world.WebSocket !== undefined && this.#socketFailures < SOCKETS;
    if (this.#wake.signal.aborted) {
      return 'failed';
    }
    let line: Line;
    try {
      line = bySocket ? this.#socket(this.#world.WebSocket!, token) : this.#streams(token);
    } catch {
      // The page's policy allows no WebSocket.
      bySocket = false;
      line = this.#streams(token);
    }
    this.#line = line;
    this.#operations.forEach(operation => line.add(operation));
    const held = await line.ended;
    this.#line = null;
    // After streams a socket gets one chance; it has both again once it has held.
    this.#socketFailures = bySocket ? (held ? 0 : this.#socketFailures + 1) : SOCKETS - 1;
    return held ? 'held' : bySocket && this.#socketFailures >= SOCKETS ? 'other way' : 'failed';
  }

  #show(state: LiveState): void {
    this.#operations.forEach(operation => show(operation, state));
  }

  #socket(Socket: typeof WebSocket, token: string | null): Line {
    const socket = new Socket(`${this.#world.url.replace(/^http/, 'ws')}/ws`, 'graphql-transport-ws');
    let [acknowledged, asked] = [false, false];
    let settle: (held: boolean) => void;
    const ended = new Promise<boolean>(resolve => (settle = resolve));
    const say = (message: object) => socket.readyState === 1 && socket.send(JSON.stringify(message));
    const end = () => {
      clearTimeout(timer);
      socket.onclose = socket.onmessage = null;
      socket.close();
      settle(acknowledged);
    };
    let timer = setTimeout(end, GREETING);
    const listen = () => {
      clearTimeout(timer);
      asked = false;
      timer = setTimeout(function quiet() {
        if (asked) {
          return end();
        }
        asked = true;
        say({ type: 'ping' });
        timer = setTimeout(quiet, GREETING);
      }, QUIET);
    };
    const begin = (operation: Operation) => {
      say({ id: operation.id, type: 'subscribe', payload: operation.payload });
      show(operation, 'live');
    };
    const handle: Record<string, (id: string, payload: unknown) => void> = {
      connection_ack: () => {
        acknowledged = true;
        this.#operations.forEach(begin);
      },
      ping: () => say({ type: 'pong' }),
      next: (id, payload) => this.#next(id, payload as Payload),
      error: (id, payload) => this.#refused(id, payload as GraphqlError[]) && end(),
      // Nothing that is followed comes to an end: the server is about to stop.
      complete: id => this.#operations.has(id) && end(),
    };
    socket.onopen = () => {
      const resume = Object.fromEntries(
        [...this.#operations.values()].filter(({ cursor }) => cursor).map(({ id, cursor }) => [id, cursor]),
      );
      const headers = headersOf(this.#world, token);
      say({ type: 'connection_init', payload: { ...headers, resume } });
    };
    socket.onmessage = ({ data }) => {
      listen();
      const { type, id, payload } = JSON.parse(String(data)) as { type: string; id: string; payload: unknown };
      handle[type]?.(id, payload);
    };
    socket.onclose = ({ code, reason }) => {
      const word = /^Forbidden: (\w+)$/.exec(reason)?.[1];
      if (code === 4403 && word && token) {
        // A new token, or nobody any more: either way this says nothing of WebSockets.
        acknowledged = true;
        void this.#session.refused(token, word).then(end, end);
      } else {
        end();
      }
    };
    return {
      add: operation => acknowledged && begin(operation),
      remove: ({ id }) => acknowledged && say({ id, type: 'complete' }),
      close: end,
      ended,
    };
  }

  /** One stream for each: browsers have six of them over HTTP/1.1. */
  #streams(token: string | null): Line {
    const controls = new Map<string, AbortController>();
    let opened = false;
    let settle: (held: boolean) => void;
    const ended = new Promise<boolean>(resolve => (settle = resolve));
    const end = () => {
      controls.forEach(control => control.abort());
      settle(opened);
    };
    const follow = async (operation: Operation) => {
      const control = new AbortController();
      controls.set(operation.id, control);
      try {
        await this.#stream(operation, token, control, () => (opened = true));
        end();
      } catch (error) {
        this.#putOff ||= error instanceof Problem && error.retryable;
        const renewed = token !== null && error instanceof Problem && error.code === 'UNAUTHENTICATED';
        if (error instanceof Problem && !error.retryable && !renewed) {
          this.#fail(operation, error);
        } else if (this.#operations.has(operation.id)) {
          end();
        }
      }
    };
    return {
      add: operation => void follow(operation),
      remove: ({ id }) => controls.get(id)?.abort(),
      close: end,
      ended,
    };
  }

  /** Reads one stream to its end. */
  async #stream(operation: Operation, token: string | null, control: AbortController, opened: () => void): Promise<void> {
    const { cursor, payload } = operation;
    const headers = {
      ...headersOf(this.#world, token),
      accept: 'text/event-stream',
      'content-type': 'application/json',
      ...(cursor && { 'last-event-id': cursor }),
    };
    const init = { method: 'POST', headers, body: JSON.stringify(payload), signal: control.signal };
    const asking = this.#world.fetch(`${this.#world.url}/stream`, init);
    const response = await inTime(asking, QUIET, () => control.abort());
    if (!response.ok || !response.body) {
      const problem = await problemOf(this.#world, response);
      if (problem.code === 'UNAUTHENTICATED' && token) {
        await this.#session.refused(token, problem.reason);
      }
      throw problem;
    }
    opened();
    show(operation, 'live');
    const reader = response.body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
    let rest = '';
    for (;;) {
      // The server says something every 15 seconds.
      const { done, value } = await inTime(reader.read(), QUIET + GREETING, () => reader.cancel());
      if (done) {
        return;
      }
      const events = (rest + value).split('\n\n');
      rest = events.pop()!;
      for (const event of events) {
        const field = (name: string) => new RegExp(`^${name}: ?(.*)$`, 'm').exec(event)?.[1];
        operation.cursor = field('id') || operation.cursor;
        if (field('event') === 'complete') {
          return;
        }
        const data = field('data');
        if (data) {
          const answer = JSON.parse(data) as Payload;
          if (answer.data) {
            this.#next(operation.id, answer);
          } else if (this.#refused(operation.id, answer.errors ?? [])) {
            return;
          }
        }
      }
    }
  }

  #next(id: string, { data, extensions }: Payload): void {
    const operation = this.#operations.get(id);
    if (operation && data) {
      operation.cursor = extensions?.cursor ?? operation.cursor;
      operation.sink.next(data);
    }
  }

  /** True if the same may work over another connection. */
  #refused(id: string, errors: GraphqlError[]): boolean {
    const operation = this.#operations.get(id);
    const problem = errors[0] ? problemOfError(errors[0], null) : networkProblem(this.#world.language);
    if (!operation || problem.retryable) {
      this.#putOff = operation !== undefined;
      return this.#putOff;
    }
    this.#fail(operation, problem);
    return false;
  }
}

interface Payload {
  data?: unknown;
  errors?: GraphqlError[];
  extensions?: { cursor?: string };
}

function show(operation: Operation, state: LiveState): void {
  if (operation.state !== state) {
    operation.state = state;
    operation.sink.state?.(state);
  }
}

async function inTime<T>(work: Promise<T>, milliseconds: number, late: () => void): Promise<T> {
  const timer = setTimeout(late, milliseconds);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}
