// What is kept on this device for flight mode, by account: answers that were read, what is typed, photographs that wait to be sent.
// Whoever signs out leaves nothing of their own; where a session ends by itself, what waits stays for when they come back.
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

interface KeptAnswer<R> {
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
    const found = await within('answers', 'readonly', store => store.getAllKeys(beginning(prefix)));
    return (found ?? []).map(String);
  },
};

const photoPrefix = (login: string) => `${login}:`;

/** The name under which a photograph is kept: it says whose it is. */
export const photoName = (login: string, file: File): string => `${photoPrefix(login)}${Date.now()}-${file.name}`;

export const photos = {
  read: (id: string) => within<File | undefined>('photos', 'readonly', store => store.get(id)),
  write: (id: string, file: File) => within('photos', 'readwrite', store => store.put(file, id)),
  drop: (id: string) => within('photos', 'readwrite', store => store.delete(id)),
};

/** What was read; not what was written and waits, which belongs to whoever signs in again. */
export async function forgetCopies(): Promise<void> {
  await within('answers', 'readwrite', store => store.delete(IDBKeyRange.bound('[', '[\uffff')));
}

const beginning = (text: string) => IDBKeyRange.bound(text, `${text}\uffff`);

/** All that was kept for one person, and nothing of anybody else: on a shared device their work waits until they come back. */
export async function forgetOf(login: string): Promise<void> {
  for (const prefix of [`${JSON.stringify([login]).slice(0, -1)},`, `unsaved:${login}:`, `parcel:${login}:`]) {
    await within('answers', 'readwrite', store => store.delete(beginning(prefix)));
  }
  await within('photos', 'readwrite', store => store.delete(beginning(photoPrefix(login))));
}
