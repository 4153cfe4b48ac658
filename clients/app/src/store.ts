// A value that screens follow: the language, the theme, the day "as of".
import { useEffect, useState } from 'preact/hooks';

export interface Store<T> {
  get(): T;
  set(value: T): void;
  onChange(listener: () => void): () => void;
}

export function store<T>(initial: T): Store<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const listener of [...listeners]) listener();
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export function useStore<T>(from: Store<T>): T {
  const [value, setValue] = useState(from.get());
  useEffect(() => {
    setValue(() => from.get());
    return from.onChange(() => setValue(() => from.get()));
  }, [from]);
  return value;
}

/** What the browser remembers between visits; nothing where it may not. */
export const memory = {
  read(name: string): string | null {
    try {
      return localStorage.getItem(`cotmoc.${name}`);
    } catch {
      return null;
    }
  },
  write(name: string, value: string | null): void {
    try {
      if (value === null) localStorage.removeItem(`cotmoc.${name}`);
      else localStorage.setItem(`cotmoc.${name}`, value);
    } catch {
      // A browser that keeps nothing for us: the choice holds until the page is closed.
    }
  },
};
