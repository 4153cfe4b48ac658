/**
 * Where the kit keeps what must survive: the session, the outbox, copies. Values are what can be cloned (`structuredClone`), and
 * keys are sorted as texts. Write your own for SQLite, a file or the storage of a phone.
 */
export interface KeyValue {
  get(key: string): Promise<unknown>;
  /** What begins with that, by its keys. */
  list(prefix: string): Promise<[key: string, value: unknown][]>;
  /** All of it or nothing; `undefined` takes out. */
  write(entries: readonly (readonly [key: string, value: unknown])[]): Promise<void>;
}

/** Nothing survives. */
export function memoryStorage(): KeyValue {
  const entries = new Map<string, unknown>();
  return {
    get: async key => structuredClone(entries.get(key)),
    list: async prefix =>
      [...entries]
        .filter(([key]) => key.startsWith(prefix))
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([key, value]) => [key, structuredClone(value)]),
    write: async written => {
      for (const [key, value] of structuredClone(written)) {
        value === undefined ? entries.delete(key) : entries.set(key, value);
      }
    },
  };
}

const STORE = 'entries';

/** A database of the browser. Where it has none, as in some private windows, nothing survives. */
export function indexedDbStorage(name: string): KeyValue {
  let database: Promise<IDBDatabase | null> | null = null;
  const spare = memoryStorage();

  async function within<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => () => T): Promise<T | null> {
    database ??= open(name, () => (database = null));
    const opened = await database;
    if (!opened) {
      return null;
    }
    return new Promise((resolve, reject) => {
      const transaction = opened.transaction(STORE, mode);
      transaction.onabort = () => reject(transaction.error);
      try {
        const result = work(transaction.objectStore(STORE));
        transaction.oncomplete = () => resolve(result());
      } catch (error) {
        // What cannot be cloned is refused here; what was put before it would be kept.
        transaction.abort();
        reject(error);
      }
    });
  }

  return {
    async get(key) {
      const found = await within('readonly', store => {
        const request = store.get(key);
        return () => ({ value: request.result as unknown });
      });
      return found ? found.value : spare.get(key);
    },
    async list(prefix) {
      const found = await within('readonly', store => {
        const range = IDBKeyRange.bound(prefix, `${prefix}\uffff`);
        const [keys, values] = [store.getAllKeys(range), store.getAll(range)];
        return () => keys.result.map((key, place): [string, unknown] => [String(key), values.result[place]]);
      });
      return found ?? spare.list(prefix);
    },
    async write(entries) {
      const done = await within('readwrite', store => {
        for (const [key, value] of entries) {
          value === undefined ? store.delete(key) : store.put(value, key);
        }
        return () => true;
      });
      return done ? undefined : spare.write(entries);
    },
  };
}

function open(name: string, gone: () => void): Promise<IDBDatabase | null> {
  return new Promise(resolve => {
    try {
      const request = indexedDB.open(name, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE);
      request.onsuccess = () => {
        // Another tab deletes it: let it go. The next one who asks opens it again, also after the browser itself has closed it.
        request.result.onversionchange = () => (request.result.close(), gone());
        request.result.onclose = gone;
        resolve(request.result);
      };
      request.onerror = () => resolve(null);
    } catch {
      resolve(null);
    }
  });
}

export function storageFor(name: string): KeyValue {
  return typeof indexedDB === 'undefined' ? memoryStorage() : indexedDbStorage(name);
}
