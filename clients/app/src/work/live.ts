// One subscription for all screens at work, from signing in on. What happens between a screen's question and its own subscription
// would be lost to it; this one is there already.
import { useEffect, useRef } from 'preact/hooks';
import { client, gql } from '../kit.ts';
import type { Liveness } from '../query.ts';
import { store, useStore } from '../store.ts';

type Type = 'NOTIFICATION' | 'MEASUREMENT' | 'DIRECTIVE';

const TOLD = gql<{ changed: { type: Type } }, Record<string, never>>(
  'subscription Told { changed(types: [NOTIFICATION, MEASUREMENT, DIRECTIVE]) { cursor type } }',
);

const liveness = store<Liveness>('connecting');
const listeners = new Set<(type: Type) => void>();
let stop: (() => void) | null = null;

/** Follows for as long as somebody has signed in. */
export function follow(): void {
  if (client.session.signedIn && !stop) {
    stop = client.subscribe(TOLD, {}, {
      next: ({ changed }) => listeners.forEach(listener => listener(changed.type)),
      state: state => liveness.set(state),
    });
  } else if (!client.session.signedIn && stop) {
    stop();
    stop = null;
  }
}

/** Calls back soon after something of these types has changed, once for many changes. */
export function useTold(types: readonly Type[], onChange: () => void): Liveness {
  const callback = useRef(onChange);
  callback.current = onChange;
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const listener = (type: Type) => {
      if (!types.includes(type)) return;
      clearTimeout(timer);
      timer = setTimeout(() => callback.current(), 250);
    };
    listeners.add(listener);
    return () => {
      clearTimeout(timer);
      listeners.delete(listener);
    };
  }, [types.join()]);
  return useStore(liveness);
}
