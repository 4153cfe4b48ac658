/** What several tabs of one browser, and its service worker, have to agree on. Elsewhere one program is all there is. */

const turns = new Map<string, Promise<unknown>>();

/** Does it while nobody else does anything under that name, in this tab or another. */
export function exclusively<T>(name: string, work: () => Promise<T>): Promise<T> {
  const locks = typeof navigator === 'undefined' ? undefined : navigator.locks;
  if (locks) {
    return locks.request(name, work) as Promise<T>;
  }
  const mine = (turns.get(name) ?? Promise.resolve()).then(work, work);
  turns.set(name, mine.catch(() => {}));
  return mine;
}

/** Tells the other tabs that something has changed; they look for themselves. */
export interface Bell {
  ring(what: string): void;
  close(): void;
}

export function bell(name: string, heard: (what: string) => void): Bell {
  // In Node.js a channel would keep the program alive, and there are no tabs.
  if (typeof BroadcastChannel === 'undefined' || typeof indexedDB === 'undefined') {
    return { ring() {}, close() {} };
  }
  const channel = new BroadcastChannel(name);
  channel.onmessage = ({ data }) => heard(String(data));
  return { ring: what => channel.postMessage(what), close: () => channel.close() };
}

/** Calls it when the network comes back (`online`) or goes (`offline`). Answers how to stop. */
export function onNetwork(event: 'online' | 'offline', listener: () => void): () => void {
  if (typeof addEventListener !== 'function') {
    return () => {};
  }
  addEventListener(event, listener);
  return () => removeEventListener(event, listener);
}

/** False only where the device knows that it has no network. */
export const mayBeOnline = (): boolean => typeof navigator === 'undefined' || navigator.onLine !== false;
