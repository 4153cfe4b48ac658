import { type TypedDocument, gql } from './document.js';
import type { Client } from './client.js';
import { CURSOR } from './live.js';
import { Listeners } from './listeners.js';
import { Problem } from './problem.js';
import { exclusively } from './tabs.js';
import { pause, scattered } from './world.js';

/** The nodes of the only list in an answer. */
export type NodeOf<R> = NonNullable<R[keyof R]> extends { nodes: readonly (infer T)[] } ? T : never;

export interface MirrorOptions<R, V> {
  /** Its place in the storage. */
  name: string;
  /** The types of the objects, as the change feed calls them, such as `DIRECTIVE`. */
  types: readonly string[];
  /** Reads all of it, page by page: one list with `nodes { id … }` and `pageInfo { hasNextPage endCursor }`, from `$after` on. */
  list: TypedDocument<R, V>;
  /** Reads what has changed: `changes(after: $after, …) { events { kind type id object { id … } } endCursor hasMore }`. */
  changes: TypedDocument<unknown, Omit<V, 'after'> & { after?: string | null }>;
  /** Of both, but for `after`. */
  variables: Omit<V, 'after'>;
}

/** What has become of the copies. */
export interface MirrorChange {
  readonly put: readonly string[];
  readonly gone: readonly string[];
}

interface Head {
  /** How far the copies have come in the change feed. */
  cursor: string;
  /** What they were read by: copies of another shape are of no use. */
  shape: string;
}

interface Page {
  nodes: { id: string }[];
  pageInfo: { hasNextPage: boolean; endCursor?: string | null };
}

interface Changes {
  events: { kind: 'UPSERT' | 'DELETED' | 'RELOAD'; type?: string; id?: string | null; object?: { id?: string } | null }[];
  endCursor: string;
  hasMore: boolean;
}

type Entry = readonly [key: string, value: unknown];

const BELL = gql<object, { after: string; types: readonly string[] }>(
  'subscription MirrorBell($after: String, $types: [ChangeType!]) { changed(after: $after, types: $types) { cursor } }',
);
const LONGEST_PAUSE = 60_000;

/**
 * Copies of objects on the device, which keep themselves up to date by the change feed. Each change and the place in the feed are
 * written together, so that whatever dies at whatever moment, the next one goes on from there and misses nothing.
 */
export class Mirror<T extends { id: string }> {
  readonly #client: Client;
  readonly #options: MirrorOptions<unknown, never>;
  readonly #shape: string;
  readonly #ring: () => void;
  readonly #listeners = new Listeners<[MirrorChange]>();
  readonly #restarts = new Listeners();
  #waiting: Promise<void> | null = null;

  constructor(client: Client, options: MirrorOptions<unknown, never>, ring: () => void) {
    this.#client = client;
    this.#options = options;
    this.#shape = JSON.stringify([options.list.text, options.changes.text, options.variables]);
    this.#ring = ring;
  }

  /** All copies, by their ids. */
  async all(): Promise<T[]> {
    await this.#client.session.ready;
    return (await this.#client.storage.list(`${this.#place}=`)).map(([, value]) => value as T);
  }

  async get(id: string): Promise<T | undefined> {
    await this.#client.session.ready;
    return (await this.#client.storage.get(`${this.#place}=${id}`)) as T | undefined;
  }

  /** Called after the copies have changed; with empty lists, if another tab did it. */
  onChange(listener: (change: MirrorChange) => void): () => void {
    return this.#listeners.add(listener);
  }

  /** Brings the copies up to date, once: by what has changed, or from the beginning where nothing else will do. */
  update(): Promise<void> {
    // Whoever calls while one waits for its turn is served by that one; it has not looked yet.
    this.#waiting ??= exclusively(`cotmoc:mirror:${this.#options.name}`, () => {
      this.#waiting = null;
      return this.#once();
    });
    return this.#waiting;
  }

  /** Keeps the copies up to date until the answer is called. `failed` hears why it does not go on just now. */
  start(failed: (problem: unknown) => void = () => {}): () => void {
    let stopped = new AbortController();
    const follow = async (mine: AbortController) => {
      let stop = () => {};
      mine.signal.addEventListener('abort', () => stop());
      for (let failures = 0; !mine.signal.aborted; ) {
        try {
          await this.update();
          failures = 0;
          const { cursor } = (await this.#head())!;
          const { types } = this.#options;
          if (!mine.signal.aborted) {
            await new Promise<void>((resolve, reject) => {
              const again = () => this.update().catch(reject);
              stop = this.#client.subscribe(BELL, { after: cursor, types }, { next: again, error: reject });
              mine.signal.addEventListener('abort', () => resolve());
            });
          }
        } catch (problem) {
          stop();
          if (!mine.signal.aborted) {
            failed(problem);
            await pause(scattered(Math.min(LONGEST_PAUSE, 1000 * 2 ** failures++)), mine.signal);
          }
        }
      }
    };
    const again = () => {
      // Others see other things, and another language has other words.
      stopped.abort();
      stopped = new AbortController();
      this.#listeners.tell({ put: [], gone: [] });
      void follow(stopped);
    };
    const off = [this.#client.session.onChange(again), this.#restarts.add(again)];
    void follow(stopped);
    return () => {
      off.forEach(one => one());
      stopped.abort();
    };
  }

  /** The language is another one. */
  restart(): void {
    this.#restarts.tell();
  }

  /** Another tab has changed something. */
  heard(): void {
    this.#listeners.tell({ put: [], gone: [] });
  }

  /** Of each viewer and language for themselves. */
  get #place(): string {
    const { session, language } = this.#client;
    return `${mirrorsOf(session.viewer?.login)}${this.#options.name}:${language}:`;
  }

  async #head(): Promise<Head | undefined> {
    return (await this.#client.storage.get(this.#place)) as Head | undefined;
  }

  async #once(): Promise<void> {
    await this.#client.session.ready;
    const place = this.#place;
    const head = await this.#head();
    if (!head || head.shape !== this.#shape) {
      return this.#anew(place);
    }
    let page: Changes;
    let after = head.cursor;
    do {
      try {
        page = await this.#ask<Changes>(this.#options.changes, after);
      } catch (problem) {
        // A place that this server does not know, or no longer.
        if (problem instanceof Problem && problem.code === 'BAD_REQUEST' && problem.reason === 'PAGE') {
          return this.#anew(place);
        }
        throw problem;
      }
      const { types } = this.#options;
      const events = page.events.filter(({ type }) => type === undefined || types.includes(type));
      if (events.some(({ kind }) => kind === 'RELOAD')) {
        return this.#anew(place);
      }
      if (page.endCursor !== after) {
        const entries = events.map(({ kind, id, object }): Entry => [`${place}=${id}`, kind === 'UPSERT' ? (object ?? undefined) : undefined]);
        await this.#put(place, [...entries, [place, { cursor: page.endCursor, shape: this.#shape }]]);
      }
      after = page.endCursor;
    } while (page.hasMore);
  }

  /** Reads everything. The place in the feed is taken before: what changes meanwhile comes after it. */
  async #anew(place: string): Promise<void> {
    const { changeCursor: cursor } = await this.#client.query(CURSOR, {});
    const seen = new Set<string>([place]);
    let after: string | null = null;
    do {
      const page: Page = await this.#ask<Page>(this.#options.list, after);
      const entries = page.nodes.map((node): Entry => [`${place}=${node.id}`, node]);
      entries.forEach(([key]) => seen.add(key));
      await this.#put(place, entries);
      after = page.pageInfo.hasNextPage ? (page.pageInfo.endCursor ?? null) : null;
    } while (after);
    const left = (await this.#client.storage.list(place)).filter(([key]) => !seen.has(key));
    await this.#put(place, [...left.map(([key]): Entry => [key, undefined]), [place, { cursor, shape: this.#shape }]]);
  }

  async #ask<A>({ text }: { text: string }, after: string | null): Promise<A> {
    const answer = await this.#client.query(gql<Record<string, A | null>, object>(text), { ...(this.#options.variables as object), after });
    const found = Object.values(answer)[0];
    if (!found) {
      throw new TypeError(`Nothing is answered to: ${text}`);
    }
    return found;
  }

  /** What was read for one viewer is not kept for another. */
  async #put(place: string, entries: readonly Entry[]): Promise<void> {
    if (place !== this.#place) {
      throw new DOMException('The viewer or the language has changed', 'AbortError');
    }
    await this.#write(entries);
  }

  async #write(entries: readonly Entry[]): Promise<void> {
    await this.#client.storage.write(entries);
    const of = (gone: boolean) =>
      entries.filter(([key, value]) => key.includes(':=') && (value === undefined) === gone).map(([key]) => key.slice(key.indexOf(':=') + 2));
    const change = { put: of(false), gone: of(true) };
    if (change.put.length + change.gone.length > 0) {
      this.#listeners.tell(change);
      this.#ring();
    }
  }
}

/** Where the copies of an account are, or of nobody. */
export const mirrorsOf = (login: string | undefined): string => `mirror:${encodeURIComponent(login ?? '')}:`;
