import type { Language } from './language.js';
import type { KeyValue } from './storage.js';

/** What all parts of a client share: where the server is, and what the program runs in. */
export interface World {
  /** Of `/graphql`, complete. */
  readonly url: string;
  readonly fetch: typeof fetch;
  readonly WebSocket: typeof WebSocket | undefined;
  readonly now: () => number;
  readonly storage: KeyValue;
  /** How the app calls itself: people see it in the list of their sessions. */
  readonly name: string;
  readonly version: string | undefined;
  language: Language;
}

/** Waits, or until something says that there is no need to. A program need not stay for it. */
export function pause(milliseconds: number, woken?: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const timer = setTimeout(done, milliseconds);
    function done() {
      clearTimeout(timer);
      woken?.removeEventListener('abort', done);
      resolve();
    }
    woken?.aborted ? done() : woken?.addEventListener('abort', done);
  });
}

/** So that many who were cut off at once do not come back at once. */
export const scattered = (milliseconds: number): number => milliseconds * (0.5 + Math.random());
