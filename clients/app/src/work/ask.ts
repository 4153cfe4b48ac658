// Asking and doing, for the screens at work: what was read is kept for flight mode, and what is done says how it went.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { client, type OutboxItem, Problem, type TypedDocument, uuid } from '../kit.ts';
import { asProblem, type Asked, type Connection, type Pages, useFurther } from '../query.ts';
import { language } from '../state.ts';
import { useStore } from '../store.ts';
import { LABELS, type Mended } from './documents.ts';
import { kept } from './kept.ts';
import { workWords } from './words.ts';

export interface Kept<R> extends Asked<R> {
  /** When the copy that is shown was read, in milliseconds; null while it is as fresh as the network. */
  keptAt: number | null;
}

/** By the whole question: a newer version of the app that asks for something else finds no copy that lacks it. */
function keyOf<R, V>(document: TypedDocument<R, V>, variables: V, spoken: string): string {
  return JSON.stringify([client.session.viewer?.login ?? '', spoken, document.text, variables]);
}

/** Keeps an answer that follows from another one, for a screen that was not opened yet; `merge` is told what is kept of it. */
export async function keepFor<R, V>(document: TypedDocument<R, V>, variables: V, merge: (before: R | null) => R): Promise<void> {
  const key = keyOf(document, variables, language.get());
  await kept.write(key, merge((await kept.read<R>(key))?.data ?? null));
}

interface State<R> extends Omit<Kept<R>, 'reload'> {
  key: string | null;
  /** The key without the language: data of the same question in another language stay until those in this one are there. */
  question: string | null;
  /** The key that the data answer. */
  answers: string | null;
}

const begun = <R>(key: string | null, question: string | null): State<R> => ({ key, question, answers: null, data: null, keptAt: null, problem: null, loading: true });

/** What is shown of it while a question is asked: a form stays open, with what is typed there, while the language changes. */
function carriedOn<R>(before: State<R>, key: string | null, question: string | null): State<R> {
  return before.question === question ? { ...before, key, problem: null, loading: true } : begun(key, question);
}

/** Asks as whoever has signed in; shows the copy on this device until the answer is there, and instead of it without a network. */
export function useKept<R, V>(document: TypedDocument<R, V>, variables: V | null): Kept<R> {
  const spoken = useStore(language);
  const key = variables === null ? null : keyOf(document, variables, spoken);
  const question = variables === null ? null : keyOf(document, variables, '');
  const [state, setState] = useState<State<R>>(begun(key, question));
  const [turn, setTurn] = useState(0);

  useEffect(() => {
    if (key === null || variables === null) return;
    const abort = new AbortController();
    let answered = false;
    setState(before => (before.key === key ? { ...before, loading: true } : carriedOn(before, key, question)));
    void kept.read<R>(key).then(copy => {
      if (copy && !answered && !abort.signal.aborted) {
        setState(before => (before.answers === key ? before : { ...before, answers: key, data: copy.data, keptAt: copy.at }));
      }
    });
    client.query(document, variables, { signal: abort.signal }).then(
      data => {
        answered = true;
        if (abort.signal.aborted) return;
        void kept.write(key, data);
        setState({ key, question, answers: key, data, keptAt: null, problem: null, loading: false });
      },
      async (error: unknown) => {
        if (abort.signal.aborted) return;
        const problem = asProblem(error);
        const copy = problem.retryable ? await kept.read<R>(key) : undefined;
        if (abort.signal.aborted) return;
        setState(before => {
          const stands = before.answers === key || !copy;
          const data = stands ? before.data : copy.data;
          const keptAt = stands ? before.keptAt : copy.at;
          return { key, question, answers: stands ? before.answers : key, data, keptAt, problem: data && problem.retryable ? null : problem, loading: false };
        });
      },
    );
    return () => abort.abort();
  }, [key, turn]);

  const reload = useCallback(() => setTurn(turn => turn + 1), []);
  useOnline(reload);
  const { data, keptAt, problem, loading } = state.key === key ? state : carriedOn(state, key, question);
  return { data, keptAt, problem, loading, reload };
}

/** A list of pages, of which the first is kept; the others are read when somebody wants more. The document takes `$after`. */
export function useKeptPages<R, V, N>(
  document: TypedDocument<R, V & { after: string | null }>, variables: V, pick: (data: R) => Connection<N>,
): Pages<Kept<R>, N> {
  const asked = useKept(document, { ...variables, after: null });
  return useFurther(asked, pick, after => client.query(document, { ...variables, after }));
}

/** Calls it whenever the network comes back; answers whether there is one, as far as the device knows. */
export function useOnline(onBack?: () => void): boolean {
  const [online, setOnline] = useState(navigator.onLine);
  const back = useRef(onBack);
  back.current = onBack;
  useEffect(() => {
    const on = () => {
      setOnline(true);
      back.current?.();
    };
    const off = () => setOnline(false);
    addEventListener('online', on);
    addEventListener('offline', off);
    return () => {
      removeEventListener('online', on);
      removeEventListener('offline', off);
    };
  }, []);
  return online;
}

/** What was made on this device and not sent yet, or was refused; null until it is known. */
export function useOutbox(): OutboxItem[] | null {
  const [items, setItems] = useState<OutboxItem[] | null>(null);
  useEffect(() => {
    let current = true;
    const look = () => void client.outbox.list().then(list => { if (current) setItems(list); });
    look();
    const stop = client.outbox.onChange(look);
    return () => {
      current = false;
      stop();
    };
  }, []);
  return items;
}

/**
 * Puts a change into the outbox, and answers what became of it: sent or refused, or waiting where there is no network or one before
 * it waits. Fails where it is gone before anybody knows: discarded, or signed out.
 */
export async function send<R, V>(document: TypedDocument<R, V>, variables: V, about: string): Promise<OutboxItem> {
  const id = await client.outbox.add({ document, variables, about });
  return new Promise((resolve, reject) => {
    const look = async () => {
      const items = await client.outbox.list();
      const at = items.findIndex(item => item.id === id);
      const item = items[at];
      if (item && isOnItsWay(item) && !items.slice(0, at).some(({ state, problem }) => state === 'waiting' && problem)) return;
      stops.forEach(stop => stop());
      removeEventListener('offline', look);
      if (item) resolve(item.state === 'sending' ? { ...item, state: 'waiting' } : item);
      else reject(new Problem({ kind: 'graphql', code: 'CANCELLED', message: client.session.signedIn ? workWords().outbox.dropped : workWords().outbox.ended }));
    };
    const stops = [client.outbox.onChange(() => void look()), client.session.onChange(() => void look())];
    addEventListener('offline', look);
    void look();
  });
}

/** Whether soon more is known of it. */
function isOnItsWay({ state, problem }: OutboxItem): boolean {
  return state === 'sending' || (state === 'waiting' && navigator.onLine && !problem);
}

/**
 * Does something at the server, once however often it is pressed: where an answer was lost the next try has the same idempotency
 * key, until the server has answered or something else is to be done.
 */
export function useMutate(): <R, V>(document: TypedDocument<R, V>, variables: NoInfer<V> | Omit<NoInfer<V>, 'key'>) => Promise<R> {
  const open = useRef<{ what: string; key: string } | null>(null);
  return useCallback(async (document, variables) => {
    const what = JSON.stringify([document.text, variables]);
    if (open.current?.what !== what) open.current = { what, key: uuid() };
    const { key } = open.current;
    try {
      const answer = await client.mutate(document, variables, { key });
      open.current = null;
      return answer;
    } catch (error) {
      if (error instanceof Problem && error.kind === 'graphql' && !error.retryable) open.current = null;
      throw error;
    }
  }, []);
}

export interface Acting {
  busy: boolean;
  /** What went wrong with the way there; what the person has to mend is in `mended`. */
  problem: Problem | null;
  mended: Mended[];
  /** Runs it; true if nothing has to be mended. */
  run: (work: () => Promise<readonly Mended[] | void>) => Promise<boolean>;
  clear: () => void;
}

/** One thing at a time is done by a form: while it goes on its buttons rest, and what has to be mended stays until the next try. */
export function useActing(): Acting {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [mended, setMended] = useState<Mended[]>([]);
  const working = useRef(false);
  const clear = useCallback(() => {
    setProblem(null);
    setMended([]);
  }, []);
  const run = useCallback(async (work: () => Promise<readonly Mended[] | void>) => {
    if (working.current) return false;
    working.current = true;
    setBusy(true);
    clear();
    try {
      const errors = (await work()) ?? [];
      setMended([...errors]);
      return errors.length === 0;
    } catch (error) {
      setProblem(asProblem(error));
      return false;
    } finally {
      working.current = false;
      setBusy(false);
    }
  }, []);
  return { busy, problem, mended, run, clear };
}

/** The server's words for enums that only the screens at work show; the value itself until they are there. */
export function useLabels(...types: string[]): { of: (type: string, value: string) => string; all: (type: string) => [string, string][] } {
  const { data } = useKept(LABELS, { types });
  const values = (type: string) => data?.labels?.find(one => one.type === type)?.values ?? [];
  return {
    of: (type, value) => values(type).find(one => one.value === value)?.label ?? value,
    all: type => values(type).map(({ value, label }) => [value, label]),
  };
}
