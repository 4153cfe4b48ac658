// Which programme the screens are about: the one that was chosen, else the one that follows most indicators.
import { useEffect } from 'preact/hooks';
import { gql } from './kit.ts';
import { useQuery } from './query.ts';
import { chooseProgramme, programme, type Programme } from './state.ts';
import { store, useStore } from './store.ts';
import type { Problem } from './kit.ts';

interface Answer {
  programmes: { nodes: { code: string; name: string; jurisdiction: { code: string; name: string } | null; indicators: { totalCount: number } | null }[] } | null;
}

const PROGRAMMES = gql<Answer, Record<string, never>>(`
  query Programmes {
    programmes(first: 50) { nodes { code name jurisdiction { code name } indicators(first: 1) { totalCount } } }
  }`);

const known = store<Programme[]>([]);
const trouble = store<{ problem: Problem; again: () => void } | null>(null);

export const useProgramme = (): Programme | null => useStore(programme);
/** Those one can choose from. */
export const useProgrammes = (): Programme[] => useStore(known);
/** Why no programme is known yet; null if one is, or if it is on its way. */
export const useProgrammeTrouble = () => useStore(trouble);

/** Asks which there are, once for the whole page: the shell calls it. */
export function useProgrammesAsked(): void {
  const chosen = useStore(programme);
  const { data, problem, reload } = useQuery(PROGRAMMES, {}, { asOf: false });
  useEffect(() => {
    trouble.set(problem && !chosen ? { problem, again: reload } : null);
    if (!data) return;
    const list = [...(data.programmes?.nodes ?? [])]
      .sort((a, b) => (b.indicators?.totalCount ?? 0) - (a.indicators?.totalCount ?? 0))
      .flatMap(({ code, name, jurisdiction }) => (jurisdiction ? [{ code, name, subject: jurisdiction.code, subjectName: jurisdiction.name }] : []));
    known.set(list);
    const next = list.find(({ code }) => code === chosen?.code) ?? list[0] ?? null;
    // Also takes over a name that has changed, or that is said in the other language now.
    if (JSON.stringify(next) !== JSON.stringify(chosen)) chooseProgramme(next);
  }, [data, problem]);
}
