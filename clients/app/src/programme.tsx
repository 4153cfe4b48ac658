// Which programme the screens are about: the one that was chosen, else the one that follows most indicators.
import { useEffect } from 'preact/hooks';
import { gql } from './kit.ts';
import { useQuery } from './query.ts';
import { chooseProgramme, programme, type Programme } from './state.ts';
import { useStore } from './store.ts';

interface Answer {
  programmes: { nodes: { code: string; name: string; jurisdiction: { code: string; name: string } | null; indicators: { totalCount: number } | null }[] } | null;
}

const PROGRAMMES = gql<Answer, Record<string, never>>(`
  query Programmes {
    programmes(first: 50) { nodes { code name jurisdiction { code name } indicators(first: 1) { totalCount } } }
  }`);

export const useProgramme = (): Programme | null => useStore(programme);

/** Those there are; the first to need one chooses it for all. */
export function useProgrammes(): { list: Programme[]; asked: ReturnType<typeof useQuery<Answer, Record<string, never>>> } {
  const chosen = useStore(programme);
  const asked = useQuery(PROGRAMMES, {}, { asOf: false });
  const nodes = asked.data?.programmes?.nodes ?? [];
  const list = [...nodes]
    .sort((a, b) => (b.indicators?.totalCount ?? 0) - (a.indicators?.totalCount ?? 0))
    .flatMap(({ code, name, jurisdiction }) => (jurisdiction ? [{ code, name, subject: jurisdiction.code, subjectName: jurisdiction.name }] : []));
  useEffect(() => {
    if (list.length === 0) return;
    const still = list.find(({ code }) => code === chosen?.code);
    const next = still ?? list[0]!;
    // Also takes over a name that has changed, or that is said in the other language now.
    if (JSON.stringify(next) !== JSON.stringify(chosen)) chooseProgramme(next);
  }, [asked.data]);
  return { list, asked };
}
