import { type TypedDocument, takesKey } from './document.js';
import { words } from './language.js';
import { Listeners } from './listeners.js';
import { FAILED, Problem, type ProblemData, refusalOf } from './problem.js';
import type { Session } from './session.js';
import { exclusively, onNetwork } from './tabs.js';
import { uuid } from './uuid.js';
import { type World, scattered } from './world.js';

export type OutboxState = 'waiting' | 'sending' | 'refused' | 'sent';

/** A change that a person has made, and what has become of it. */
export interface OutboxItem {
  readonly id: string;
  /** What the person calls it. */
  readonly about: string;
  readonly text: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** The login of whoever made it: nobody else sends it. */
  readonly account: string;
  /** When it was made, by this device's clock, in milliseconds. */
  readonly addedAt: number;
  /** Whether it was ever put on the wire: it may be done then, whatever the state. */
  readonly tried: boolean;
  readonly state: OutboxState;
  /** Why it was refused, or why it still waits. */
  readonly problem: Problem | null;
  /** The server's answer, of what was sent or refused: with `current` if somebody was quicker. */
  readonly result: unknown;
}

interface Kept {
  id: string;
  key: string;
  about: string;
  text: string;
  variables: Record<string, unknown>;
  account: string;
  addedAt: number;
  /** When it was sent for the first time. */
  triedAt: number | null;
  /** How often the server has failed at it, and when that was counted last. */
  failures?: number;
  failedAt?: number;
  state: 'waiting' | 'refused' | 'sent';
  settledAt: number | null;
  problem: ProblemData | null;
  result: unknown;
}

export interface Addition<V> {
  document: TypedDocument<unknown, V>;
  variables: V | Omit<V, 'key'>;
  about: string;
}

const PREFIX = 'outbox:';
/** The server knows a key for 72 hours; two for clocks and queues. */
const KEY_LIFE = 70 * 3_600_000;
/** What was sent stays so long for people to see. */
const SENT_LIFE = 24 * 3_600_000;
/** Between two tries of what waits. */
const PAUSES = [5_000, 15_000, 60_000, 300_000];
/** So often may the server fail at one change; then its person is asked, and what is behind it goes on. */
const TRIES = 3;
/** Shorter than any pause. Failures closer together count once: a burst of tries, as of a person who presses a button, tells no more. */
const APART = 2_000;

/**
 * Changes that are made without a network. They are kept on the device, sent in order as soon as somebody answers, each under one
 * key for ever: whatever becomes of an answer, of the app or of the server, it is done once.
 */
export class Outbox {
  readonly #world: World;
  readonly #session: Session;
  readonly #mutate: (text: string, variables: Kept['variables']) => Promise<unknown>;
  readonly #ring: () => void;
  readonly #listeners = new Listeners();
  readonly #stops: (() => void)[];
  #sending: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #closed = false;

  constructor(
    world: World,
    session: Session,
    mutate: (text: string, variables: Kept['variables']) => Promise<unknown>,
    ring: () => void,
  ) {
    this.#world = world;
    this.#session = session;
    this.#mutate = mutate;
    this.#ring = ring;
    const send = () => this.#begin();
    this.#stops = [onNetwork('online', send), session.onChange(() => (this.heard(), send()))];
  }

  /** Keeps a change, and sends it when it can. Answers once it is kept. */
  async add<V>({ document, variables, about }: Addition<V>): Promise<string> {
    await this.#session.ready;
    const account = this.#session.viewer?.login;
    if (account === undefined) {
      throw new Problem({ kind: 'graphql', code: 'UNAUTHENTICATED', message: words[this.#world.language].ended });
    }
    const id = await exclusively(`cotmoc:outbox-add:${this.#world.url}`, async () => {
      const last = (await this.#all()).at(-1);
      const id = uuid(this.#world.now(), last?.id);
      const given = variables as Record<string, unknown>;
      const key = typeof given['key'] === 'string' ? given['key'] : id;
      const kept: Kept = {
        id,
        key,
        about,
        text: document.text,
        variables: given,
        account,
        addedAt: this.#world.now(),
        triedAt: null,
        state: 'waiting',
        settledAt: null,
        problem: null,
        result: null,
      };
      await this.#keep(kept);
      return id;
    });
    this.#begin();
    return id;
  }

  /** The changes of whoever is signed in, in their order. */
  async list(): Promise<OutboxItem[]> {
    await this.#session.ready;
    return (await this.#mine()).map(kept => ({
      id: kept.id,
      about: kept.about,
      text: kept.text,
      variables: kept.variables,
      account: kept.account,
      addedAt: kept.addedAt,
      tried: kept.triedAt !== null,
      state: kept.id === this.#sending ? 'sending' : kept.state,
      problem: kept.problem && new Problem(kept.problem),
      result: kept.result,
    }));
  }

  /** Called whenever the list is another one, whichever tab did it. */
  onChange(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }

  /** Sends what waits, until it is through or has to wait for the network. Called by itself whenever there is reason to. */
  async send(): Promise<void> {
    await this.#session.ready;
    await exclusively(`cotmoc:outbox:${this.#world.url}`, () => this.#sendAll());
  }

  /** Sends again what was refused. Mended input is another change: discard this one, and add it. */
  async retry(id: string): Promise<void> {
    const kept = await this.#get(id);
    if (kept?.state === 'refused') {
      const key = kept.problem?.code === 'KEY_TOO_OLD' ? uuid(this.#world.now()) : kept.key;
      const triedAt = key === kept.key ? kept.triedAt : null;
      await this.#keep({ ...kept, key, triedAt, failures: 0, state: 'waiting', settledAt: null, problem: null });
      this.#begin();
    }
  }

  /** Takes a change out, whatever its state. What is being sent just now may be done all the same. */
  async discard(id: string): Promise<void> {
    await this.#world.storage.write([[PREFIX + id, undefined]]);
    this.#changed();
  }

  /** Another tab has changed something. */
  heard(): void {
    this.#listeners.tell();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#stops.forEach(stop => stop());
  }

  #begin(): void {
    if (!this.#closed) {
      this.send().catch(() => this.#later());
    }
  }

  async #sendAll(): Promise<void> {
    clearTimeout(this.#timer);
    for (;;) {
      const mine = this.#session.signedIn ? await this.#mine() : [];
      const next = mine.find(({ state }) => state === 'waiting');
      if (!next || this.#closed) {
        return this.#sweep(mine);
      }
      if (next.triedAt !== null && this.#world.now() - next.triedAt > KEY_LIFE) {
        const message = words[this.#world.language].keyTooOld;
        await this.#settle(next, 'refused', { kind: 'graphql', code: 'KEY_TOO_OLD', message }, null);
        continue;
      }
      if (!(await this.#sendOne(next))) {
        return this.#later();
      }
      this.#failures = 0;
    }
  }

  /** True if it is settled; otherwise it goes on waiting, and all behind it. */
  async #sendOne(kept: Kept): Promise<boolean> {
    const tried = { ...kept, triedAt: kept.triedAt ?? this.#world.now() };
    this.#sending = kept.id;
    let reached = false;
    try {
      await this.#keep(tried);
      // Where the session cannot be renewed, that is no fault of this change.
      await this.#session.token();
      reached = true;
      const variables = takesKey(kept.text) ? { ...kept.variables, key: kept.key } : kept.variables;
      const result = await this.#mutate(kept.text, variables);
      const refusal = refusalOf(result);
      this.#sending = null;
      await this.#settle(tried, refusal ? 'refused' : 'sent', refusal?.toJSON() ?? null, result);
      return true;
    } catch (error) {
      this.#sending = null;
      if (!(error instanceof Problem)) {
        throw error;
      }
      const failed = reached && FAILED.has(error.code);
      const counted = failed ? this.#failedAgain(tried) : tried;
      // The session may come back by signing in again; then it is sent.
      const waits = failed ? counted.failures! < TRIES : error.retryable || error.code === 'UNAUTHENTICATED';
      await this.#settle(counted, waits ? 'waiting' : 'refused', error.toJSON(), null);
      return !waits;
    } finally {
      this.#sending = null;
    }
  }

  /** With one failure more. */
  #failedAgain(kept: Kept): Kept {
    const { failures = 0, failedAt = 0 } = kept;
    const now = this.#world.now();
    // A clock that was put back is no reason to wait for it.
    return failures > 0 && Math.abs(now - failedAt) < APART ? kept : { ...kept, failures: failures + 1, failedAt: now };
  }

  async #settle(kept: Kept, state: Kept['state'], problem: ProblemData | null, result: unknown): Promise<void> {
    // Unless it was discarded meanwhile.
    if (await this.#get(kept.id)) {
      await this.#keep({ ...kept, state, settledAt: state === 'waiting' ? null : this.#world.now(), problem, result });
    }
  }

  async #sweep(mine: Kept[]): Promise<void> {
    const old = mine.filter(({ state, settledAt }) => state === 'sent' && this.#world.now() - settledAt! > SENT_LIFE);
    if (old.length > 0) {
      await this.#world.storage.write(old.map(({ id }) => [PREFIX + id, undefined]));
      this.#changed();
    }
  }

  #later(): void {
    const wait = PAUSES[Math.min(this.#failures++, PAUSES.length - 1)]!;
    clearTimeout(this.#timer);
    if (!this.#closed) {
      this.#timer = setTimeout(() => this.#begin(), scattered(wait));
      (this.#timer as { unref?: () => void }).unref?.();
    }
  }

  async #mine(): Promise<Kept[]> {
    const account = this.#session.viewer?.login;
    return (await this.#all()).filter(kept => kept.account === account);
  }

  async #all(): Promise<Kept[]> {
    return (await this.#world.storage.list(PREFIX)).map(([, value]) => value as Kept);
  }

  async #get(id: string): Promise<Kept | undefined> {
    return (await this.#world.storage.get(PREFIX + id)) as Kept | undefined;
  }

  async #keep(kept: Kept): Promise<void> {
    await this.#world.storage.write([[PREFIX + kept.id, kept]]);
    this.#changed();
  }

  #changed(): void {
    this.#listeners.tell();
    this.#ring();
  }
}
