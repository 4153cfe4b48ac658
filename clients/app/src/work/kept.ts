// What is kept on this device for flight mode, by account: answers that were read, what is typed, photographs that wait to be sent.
// Whoever signs out leaves nothing; where a session ends by itself, what waits stays for when they come back.
const DATABASE = 'cotmoc-work';
const STORES = ['answers', 'photos'] as const;
type StoreName = (typeof STORES)[number];

let opened: Promise<IDBDatabase | null> | undefined;

/** None where the browser keeps nothing (a private window): the app then works with a network only. */
function database(): Promise<IDBDatabase | null> {
  opened ??= new Promise(resolve => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => STORES.forEach(name => request.result.createObjectStore(name));
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => resolve(null);
    request.onblocked = () => resolve(null);
  });
  return opened;
}

async function within<T>(name: StoreName, mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T | undefined> {
  const db = await database();
  if (!db) return undefined;
  return new Promise(resolve => {
    const request = act(db.transaction(name, mode).objectStore(name));
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => resolve(undefined);
  });
}

export interface KeptAnswer<R> {
  data: R;
  /** When it was read, by this device's clock, in milliseconds. */
  at: number;
}

export const kept = {
  read: <R>(key: string) => within<KeptAnswer<R> | undefined>('answers', 'readonly', store => store.get(key)),
  write: <R>(key: string, data: R) => within('answers', 'readwrite', store => store.put({ data, at: Date.now() }, key)),
  drop: (key: string) => within('answers', 'readwrite', store => store.delete(key)),
  /** The keys that begin so. */
  keys: async (prefix: string): Promise<string[]> => {
    const found = await within('answers', 'readonly', store => store.getAllKeys(IDBKeyRange.bound(prefix, `${prefix}\uffff`)));
    return (found ?? []).map(String);
  },
};

export const photos = {
  read: (id: string) => within<File | undefined>('photos', 'readonly', store => store.get(id)),
  write: (id: string, file: File) => within('photos', 'readwrite', store => store.put(file, id)),
  drop: (id: string) => within('photos', 'readwrite', store => store.delete(id)),
};

/** What was read; not what was written and waits, which belongs to whoever signs in again. */
export async function forgetCopies(): Promise<void> {
  await within('answers', 'readwrite', store => store.delete(IDBKeyRange.bound('[', '[\uffff')));
}

export async function forgetAll(): Promise<void> {
  for (const name of STORES) await within(name, 'readwrite', store => store.clear());
}
