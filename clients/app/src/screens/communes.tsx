// One indicator over the communes of a province: a map, and the same as a ranking that can be read aloud.
import { useEffect, useRef, useState } from 'preact/hooks';
import { CommuneMap, Mark, type Place } from '../charts/map.tsx';
import { gql } from '../kit.ts';
import { usePages, useLive, type Connection } from '../query.ts';
import { Link, navigate, path } from '../router.tsx';
import { useAsOf } from '../state.ts';
import { Loaded, Section } from '../ui/page.tsx';
import { figure, period, useCount } from '../ui/values.tsx';
import { useLanguage, useWords } from '../words/index.ts';

interface Row {
  rank: number | null;
  quartile: number | null;
  value: string | null;
  subject: { code: string; name: string; location: { latitude: number; longitude: number } | null } | null;
}
interface Answer {
  standings: {
    period: string;
    summary: { subjects: number; reported: number; median: string | null; best: string | null } | null;
    rows: Connection<Row> | null;
  } | null;
}

const STANDINGS = gql<Answer, { indicator: string; below: string; after: string | null }>(`
  query CommuneStandings($indicator: String!, $below: String!, $after: String) {
    standings(indicator: $indicator, filter: { level: COMMUNE, below: $below }) {
      period
      summary { subjects reported median best }
      rows(order: { by: RANK }, first: 100, after: $after) {
        pageInfo { hasNextPage endCursor }
        nodes { rank quartile value subject { code name location { latitude longitude } } }
      }
    }
  }`);

interface Props {
  indicator: string;
  below: string;
  unit: string;
  places: number;
  /** Hears whether any commune has a figure, once that is known. */
  onKnown: (hasFigures: boolean) => void;
}

/** Nothing where no commune has published: most indicators are the province's alone. */
export function Communes({ indicator, below, unit, places, onKnown }: Props) {
  const words = useWords();
  const language = useLanguage();
  const count = useCount();
  // What was known of every commune on a day gone by takes the server seconds: only for whoever wants it.
  const then = useAsOf();
  const [wanted, setWanted] = useState(false);
  const { asked, rows, more, busy } = usePages(STANDINGS, then && !wanted ? null : { indicator, below }, data => data.standings?.rows ?? null);
  useLive(['MEASUREMENT'], asked.reload, { code: indicator, ready: asked.data !== null });
  const [active, setActive] = useState<string | null>(null);
  const list = useRef<HTMLDivElement>(null);
  const [fromMap, setFromMap] = useState(false);
  useEffect(() => {
    if (!fromMap || !active || !list.current) return;
    // Within the list alone: the page stays where it is.
    const row = list.current.querySelector<HTMLElement>(`[data-code="${CSS.escape(active)}"]`);
    if (row) list.current.scrollTop = row.offsetTop - list.current.clientHeight / 2;
  }, [active, fromMap]);
  const hasFigures = rows.some(({ value }) => value !== null);
  const isKnown = asked.data !== null;
  useEffect(() => {
    if (isKnown) onKnown(hasFigures);
  }, [isKnown, hasFigures]);
  const w = words.indicatorPage;
  if (then && !wanted) {
    return <Section title={w.communes} id="communes"><button type="button" class="button small" onClick={() => setWanted(true)}>{w.mapThen}</button></Section>;
  }
  if (isKnown && !hasFigures) return null;
  const standings = asked.data?.standings;
  const summary = standings?.summary;
  const say = (value: string | null) => figure(value, unit, words, language, places);
  const largest = Math.max(0, ...rows.map(({ value }) => Number(value ?? 0)));
  return (
    <Section title={w.communes} id="communes"
      hint={summary && standings && summary.reported > 0
        ? <>{w.communesReported(count(summary.reported), count(summary.subjects), period(standings.period, language))} · {w.median}: {say(summary.median)} · {w.best}: {say(summary.best)}</>
        : undefined}>
      <Loaded asked={asked} lines={8}>
        {() => (
          <div class="communes">
            <div>
              <CommuneMap label={w.mapLabel} active={active}
                onActive={code => { setFromMap(true); setActive(code); }} onOpen={code => navigate(path.agency(code))}
                places={rows.flatMap(({ subject, quartile, value }): Place[] => (subject?.location
                  ? [{ code: subject.code, name: subject.name, ...subject.location, quartile, text: value === null ? w.notReported : say(value) }] : []))} />
              <ul class="chart-legend">
                {w.quartiles.map((name, index) => <li key={name}><svg width="18" height="18" viewBox="-9 -9 18 18" aria-hidden="true"><Mark quartile={index + 1} /></svg>{name}</li>)}
                <li><svg width="18" height="18" viewBox="-9 -9 18 18" aria-hidden="true"><Mark quartile={null} /></svg>{w.notReported}</li>
              </ul>
            </div>
            <div class="ranking" ref={list} tabIndex={0} role="region" aria-label={w.communes}>
              <table class="table stays">
                <caption class="unseen">{w.communes}</caption>
                <thead><tr><th scope="col" class="number">{w.rank}</th><th scope="col">{w.commune}</th><th scope="col" class="number">{words.indicatorsPage.value}</th></tr></thead>
                <tbody>
                  {rows.map(({ rank, quartile, value, subject }) => subject && (
                    <tr key={subject.code} data-code={subject.code} class={subject.code === active ? 'active' : ''}
                      onPointerEnter={() => { setFromMap(false); setActive(subject.code); }}>
                      <td class="number">{rank === null ? '–' : count(rank)}</td>
                      <th scope="row">
                        <Link to={path.agency(subject.code)}>{subject.name}</Link>
                        {value !== null && <span class={`rank-bar q${quartile ?? 0}`} aria-hidden="true"><span style={{ width: `${largest > 0 ? (Number(value) / largest) * 100 : 0}%` }} /></span>}
                      </th>
                      <td class="number">{value === null ? <span class="muted small">{w.notReported}</span> : say(value)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
              {more && <button type="button" class="button small" disabled={busy} onClick={more}>{words.showMore}</button>}
            </div>
          </div>
        )}
      </Loaded>
    </Section>
  );
}
