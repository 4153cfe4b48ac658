// Asking and following, for screens.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { client, gql, Problem, type TypedDocument } from './kit.ts';
import { asOf, endOfDay, language, today, useViewer, viewerId } from './state.ts';
import { store, useStore } from './store.ts';

export interface Asked<R> {
  data: R | null;
  problem: Problem | null;
  loading: boolean;
  reload: () => void;
}

/** Answers that were shown before: going back shows them at once, while they are asked for again. */
const shown = new Map<string, unknown>();
const KEPT = 60;

// What one person has seen is not for whoever uses the tab next.
let viewerOfShown = viewerId();
client.session.onChange(() => {
  if (viewerOfShown === viewerId()) return;
  viewerOfShown = viewerId();
  shown.clear();
});

function keep(key: string, data: unknown): void {
  shown.delete(key);
  shown.set(key, data);
  if (shown.size > KEPT) shown.delete(shown.keys().next().value!);
}

interface State<R> {
  /** Who asks what, as of when; the key says in which language as well. */
  subject: string | null;
  key: string | null;
  data: R | null;
  problem: Problem | null;
  loading: boolean;
}

/** Asks for a screen's data, in the language and as of the day that are chosen; null as variables: not yet. */
export function useQuery<R, V>(
  document: TypedDocument<R, V>, variables: V | null, options: { asOf?: boolean } = {},
): Asked<R> {
  const spoken = useStore(language);
  const day = useStore(asOf);
  const viewer = useViewer();
  const then = options.asOf === false ? null : day;
  // The same in the other language stands there until its translation comes, so that forms and the place on the page stay.
  const subject = variables === null ? null : JSON.stringify([document.text, variables, then, viewer]);
  const key = subject === null ? null : `${spoken} ${subject}`;
  const [state, setState] = useState<State<R>>(
    () => ({ key, subject, data: key === null ? null : (shown.get(key) as R | undefined) ?? null, problem: null, loading: true }));
  const [turn, setTurn] = useState(0);

  useEffect(() => {
    if (key === null || variables === null) return;
    const abort = new AbortController();
    // An answer that was asked for by somebody else is nobody's: the session may change before the screen hears of it.
    const isOver = () => abort.signal.aborted || viewerId() !== viewer;
    setState(before => ({
      key, subject, loading: true, problem: null,
      data: (shown.get(key) as R | undefined) ?? (before.subject === subject ? before.data : null),
    }));
    ask(document, variables, then, abort.signal).then(
      data => {
        if (isOver()) return;
        keep(key, data);
        setState({ key, subject, data, problem: null, loading: false });
      },
      (error: unknown) => {
        if (isOver()) return;
        setState(before => ({ key, subject, data: before.subject === subject ? before.data : null, problem: asProblem(error), loading: false }));
      },
    );
    return () => abort.abort();
  }, [key, turn]);

  const reload = useCallback(() => setTurn(turn => turn + 1), []);
  // Whoever has asked for too much is told when to ask again; nobody has to press a button for that.
  const wait = state.key === key && state.problem?.code === 'RATE_LIMITED' ? state.problem.retryAfter : null;
  useEffect(() => {
    if (wait === null) return;
    const timer = setTimeout(reload, wait * 1000 + 200);
    return () => clearTimeout(timer);
  }, [wait, turn]);
  const current = state.key === key ? state : { data: state.subject === subject ? state.data : null, problem: null, loading: true };
  return { data: current.data, problem: current.problem, loading: current.loading, reload };
}

/** One question, below `asOf` where a day is given. */
export async function ask<R, V>(document: TypedDocument<R, V>, variables: V, day: string | null, signal?: AbortSignal): Promise<R> {
  const answer = day === null
    ? await client.query(document, variables, signal ? { signal } : {})
    : (await client.query(below(document.text), { ...variables, instant: endOfDay(day) }, signal ? { signal } : {})).asOf as R;
  if (day === null) noteToday(answer);
  return answer;
}

/** The same question below `asOf`: what of the operation stands between its braces goes into that field. */
function below(text: string): TypedDocument<{ asOf: unknown }, Record<string, unknown>> {
  const start = bodyStart(text);
  const end = bodyEnd(text, start);
  const head = text.slice(0, start).trim();
  const withInstant = head.includes('(') ? head.replace('(', '($instant: DateTime!, ') : `${head}($instant: DateTime!)`;
  return gql(`${withInstant} { asOf(instant: $instant) ${text.slice(start, end + 1)} }${text.slice(end + 1)}`);
}
/** Where the operation's body opens: the first brace outside of its list of variables. */
function bodyStart(text: string): number {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '(') depth++;
    else if (text[at] === ')') depth--;
    else if (text[at] === '{' && depth === 0) return at;
  }
  return text.length;
}
function bodyEnd(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    if (text[at] === '{') depth++;
    else if (text[at] === '}' && --depth === 0) return at;
  }
  return text.length - 1;
}

/** An answer with assessments says on which day they were made: the server's today. */
function noteToday(answer: unknown): void {
  const day = (answer as { assessments?: { nodes?: { on?: string }[] } | null } | null)?.assessments?.nodes?.[0]?.on;
  if (day) today.set(day);
}

const TODAY = gql<unknown, Record<string, never>>('query Today { assessments(first: 1) { nodes { on } } }');

/** Why the server has not said it; screens that need it stay empty so long. */
export const todayTrouble = store<{ problem: Problem; again: () => void } | null>(null);

/** Today, or the day as of which one looks; null until the server has said it. */
export function useToday(): string | null {
  const known = useStore(today);
  const then = useStore(asOf);
  const { problem, reload } = useQuery(TODAY, known === null && then === null ? {} : null);
  useEffect(() => todayTrouble.set(problem && { problem, again: reload }), [problem]);
  return then ?? known;
}

export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem({ kind: 'network', code: 'NETWORK', message: error instanceof Error ? error.message : String(error), retryable: true });
}

export interface Connection<N> {
  totalCount?: number | null;
  nodes: N[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

export interface Pages<A, N> {
  asked: A;
  rows: N[];
  total: number | null;
  more: (() => void) | null;
  busy: boolean;
}

/** A list of pages: the first at once, the others when somebody wants more. The document takes `$after`. */
export function usePages<R, V, N>(
  document: TypedDocument<R, V & { after: string | null }>, variables: V | null, pick: (data: R) => Connection<N> | null,
): Pages<Asked<R>, N> {
  const day = useStore(asOf);
  const asked = useQuery(document, variables === null ? null : { ...variables, after: null });
  return useFurther(asked, pick, after => ask(document, { ...variables!, after }, day));
}

/** What follows the first page of a list; begun anew when that is another. */
export function useFurther<R, A extends Asked<R>, N>(
  asked: A & Asked<R>, pick: (data: R) => Connection<N> | null, read: (after: string | null) => Promise<R>,
): Pages<A, N> {
  const begun = { first: asked.data, rows: [] as N[], next: null as string | null, busy: false, problem: null as Problem | null };
  const [rest, setRest] = useState(begun);
  const page = asked.data === null ? null : pick(asked.data);
  const current = rest.first === asked.data ? rest : begun;
  const next = current.rows.length > 0 ? current.next : page?.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  const more = async () => {
    setRest({ ...current, busy: true, problem: null });
    try {
      const answer = pick(await read(next));
      setRest({
        ...current, busy: false, problem: null, rows: [...current.rows, ...(answer?.nodes ?? [])],
        next: answer?.pageInfo.hasNextPage ? answer.pageInfo.endCursor : null,
      });
    } catch (error) {
      setRest({ ...current, busy: false, problem: asProblem(error) });
    }
  };
  return {
    asked: { ...asked, problem: asked.problem ?? current.problem }, rows: [...(page?.nodes ?? []), ...current.rows], total: page?.totalCount ?? null,
    more: next === null ? null : () => void more(), busy: current.busy,
  };
}

export type Liveness = 'live' | 'connecting' | 'offline';

const CHANGED = gql<{ changed: { type: string; id: string | null } }, { types: string[] | null; code: string | null; agency: string | null }>(`
  subscription Changed($types: [ChangeType!], $code: String, $agency: String) {
    changed(types: $types, code: $code, agency: $agency) { cursor kind type id }
  }`);

/** Calls back soon after something of these types has changed, once for many changes; not while looking at another day. */
export function useLive(
  types: readonly string[], onChange: () => void, narrow: { code?: string; agency?: string; ready?: boolean } = {},
): Liveness {
  const [state, setState] = useState<Liveness>('connecting');
  const day = useStore(asOf);
  const callback = useRef(onChange);
  callback.current = onChange;
  const ready = narrow.ready !== false && day === null;
  const { code, agency } = narrow;
  useEffect(() => {
    if (!ready) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const variables = { types: [...types], code: code ?? null, agency: agency ?? null };
    const stop = client.subscribe(CHANGED, variables, {
      next: () => {
        clearTimeout(timer);
        timer = setTimeout(() => callback.current(), 250);
      },
      state: setState,
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [ready, code, agency, types.join()]);
  return state;
}
