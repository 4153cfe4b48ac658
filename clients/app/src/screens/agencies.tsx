// Which agency is most late, over directives and reports together; and every agency to look up.
import { useState } from 'preact/hooks';
import { gql } from '../kit.ts';
import { useProgramme } from '../programme.tsx';
import { useLive, usePages, useQuery, useToday, type Connection } from '../query.ts';
import { Link, path, setSearch, usePlace, useSignInPath } from '../router.tsx';
import { addDays, useSignedIn } from '../state.ts';
import { Empty, Loaded, Page, Section } from '../ui/page.tsx';
import { Choice, Table, Tabs, type Column } from '../ui/table.tsx';
import { period as periodText, useCount } from '../ui/values.tsx';
import { label, useLanguage, useWords, type Words } from '../words/index.ts';

interface Row {
  late: number;
  agency: { code: string; name: string } | null;
  reports?: { expected: number; answered: number; onTime: number; overdue: number } | null;
  directives: { due: number; doneOnTime: number; doneLate: number; overdue: number; delayDays: number } | null;
}
interface Answer { scorecards: Connection<Row> | null; older: { totalCount: number | null } | null }
interface Variables { period: string; before: string; programme: string; below: string; levels: string[] | null; signedIn: boolean }

const SCORECARDS = gql<Answer, Variables & { after: string | null }>(`
  query LateAgencies($period: Period!, $before: Date!, $programme: String!, $below: String!, $levels: [AgencyLevel!], $signedIn: Boolean!, $after: String) {
    scorecards(period: $period, filter: { below: $below, levels: $levels }, order: { by: LATE, direction: DESCENDING }, first: 25, after: $after) {
      pageInfo { hasNextPage endCursor }
      nodes {
        late
        agency { code name }
        reports @include(if: $signedIn) { expected answered onTime overdue }
        directives { due doneOnTime doneLate overdue delayDays }
      }
    }
    older: directives(filter: { programme: $programme, timeliness: [OVERDUE], dueUntil: $before }, first: 1) { totalCount }
  }`);

const FOUND = gql<{ agencies: { nodes: { code: string; name: string; level: string | null; parent: { name: string } | null }[] } | null }, { below: string; text: string }>(`
  query FindAgencies($below: String!, $text: String!) {
    agencies(filter: { subtree: $below, text: $text }, first: 20) { nodes { code name level parent { name } } }
  }`);

/** The periods one asks about: this year and the one before, and the quarters of both. */
function periodsUntil(today: string): string[] {
  const year = Number(today.slice(0, 4));
  const quarter = Math.ceil(Number(today.slice(5, 7)) / 3);
  const quarters = (of: number, last: number) => Array.from({ length: last }, (_, index) => `${of}-Q${last - index}`);
  return [String(year - 1), String(year), ...quarters(year, quarter), ...quarters(year - 1, 4)];
}
/** Three years, as many as the server counts at once: what is overdue stays so after the year in which it was due. */
export function usualPeriod(today: string): string {
  const year = Number(today.slice(0, 4));
  return `${year - 2}-01-01/${year}-12-31`;
}

/** The day before a period begins. */
function dayBefore(period: string): string {
  const [, year, kind, number] = /^(\d{4})-?([QS]?)(\d{1,2})?(?:M|-|$)/.exec(period) ?? [];
  if (!year) return '1900-01-01';
  const months = kind === 'Q' ? 3 : kind === 'S' ? 6 : 1;
  const month = number === undefined || period.endsWith('M') ? 1 : (Number(number) - 1) * months + 1;
  return addDays(period.includes('/') ? period.split('/')[0]! : `${year}-${String(month).padStart(2, '0')}-01`, -1);
}

export function PeriodChoice({ period, today }: { period: string; today: string }) {
  const words = useWords();
  const language = useLanguage();
  const usual = usualPeriod(today);
  const others = [...new Set([period, ...periodsUntil(today)])].filter(one => one !== usual).sort().reverse();
  const name = (one: string) => {
    const [, from, until] = /^(\d{4})-01-01\/(\d{4})-12-31$/.exec(one) ?? [];
    return from && until ? words.agenciesPage.years(from, until) : periodText(one, language);
  };
  return (
    <Choice label={words.agenciesPage.period} value={period} onChange={chosen => setSearch({ period: chosen === usual ? null : chosen })}
      options={[usual, ...others].map(one => [one, name(one)] as const)} />
  );
}

export default function Agencies() {
  const words = useWords();
  const count = useCount();
  const programme = useProgramme();
  const signedIn = useSignedIn();
  const today = useToday();
  const { search } = usePlace();
  const signInPath = useSignInPath();
  const period = search.get('period') ?? (today && usualPeriod(today));
  const level = search.get('level');
  const text = search.get('q')?.trim() ?? '';
  const variables = programme && period ? { period, before: dayBefore(period), programme: programme.code, below: programme.subject, levels: level ? [level] : null, signedIn } : null;
  const { asked, rows, more, busy } = usePages(SCORECARDS, variables, data => data.scorecards);
  useLive(['DIRECTIVE', 'MEASUREMENT'], asked.reload, { ready: asked.data !== null });
  const found = useQuery(FOUND, programme && text.length > 1 ? { below: programme.subject, text: `${text}*` } : null);
  const w = words.agenciesPage;
  const first = rows[0];
  const older = asked.data?.older?.totalCount ?? 0;
  const [whole, setWhole] = useState(false);
  const busyOnes = rows.filter(hasDuties);
  const shown = whole || busyOnes.length === 0 ? rows : busyOnes;
  return (
    <Page title={w.title} kicker={programme?.subjectName}>
      <div class="filters">
        <label class="field"><span>{w.findHint}</span>
          <input type="search" value={text} onInput={event => setSearch({ q: event.currentTarget.value })} />
        </label>
        {today && period && <PeriodChoice period={period} today={today} />}
      </div>
      {text.length > 1 && (
        <Section title={words.search}>
          <Loaded asked={found} lines={3}>
            {({ agencies }) => (agencies?.nodes ?? []).length === 0 ? <Empty>{words.searchNothing}</Empty> : (
              <ul class="lines">
                {agencies!.nodes.map(one => (
                  <li key={one.code}><div class="line-text"><Link to={path.agency(one.code)} class="strong">{one.name}</Link>
                    <span class="meta">{one.level && <span>{label(words, 'AgencyLevel', one.level)}</span>}{one.parent && <span>{one.parent.name}</span>}</span></div></li>
                ))}
              </ul>
            )}
          </Loaded>
        </Section>
      )}
      <Section title={w.lateTitle}
        hint={<>{w.hint} {!signedIn && <>{w.hintPublic} <Link to={signInPath}>{words.signIn}</Link></>}</>}
        more={<Tabs label={w.level} value={level ?? ''} onChange={level => setSearch({ level })}
          options={[['', words.all], ['PROVINCIAL', label(words, 'AgencyLevel', 'PROVINCIAL')], ['COMMUNE', label(words, 'AgencyLevel', 'COMMUNE')]]} />}>
        <Loaded asked={asked} lines={8}>
          {() => rows.length === 0 ? <Empty>{w.empty}</Empty> : (
            <>
              <p class="answer" aria-live="polite">{first?.agency && first.late > 0 ? w.most(first.agency.name, count(first.late)) : w.nobody}</p>
              {older > 0 && <p class="hint">{w.older(count(older))} <Link to="/app/directives?show=late">{words.showAll}</Link></p>}
              <Table caption={w.lateTitle} columns={columnsOf(words, count, signedIn, search.get('period'))} rows={shown} id={row => row.agency?.code ?? ''} class="agencies" />
              {shown.length < rows.length
                ? <button type="button" class="button" onClick={() => setWhole(true)}>{w.everybody}</button>
                : more && <button type="button" class="button" disabled={busy} onClick={more}>{words.showMore}</button>}
            </>
          )}
        </Loaded>
      </Section>
    </Page>
  );
}

/** Something was due of it in the period, or is late: the others stand below, for whoever asks. */
const hasDuties = ({ late, directives, reports }: Row) => late > 0 || (directives?.due ?? 0) > 0 || (reports?.expected ?? 0) > 0;

function columnsOf(words: Words, count: (n: number) => string, signedIn: boolean, period: string | null): Column<Row>[] {
  const w = words.agenciesPage;
  return [
    { title: w.name, main: true, cell: ({ agency }) => agency && <Link to={path.agency(agency.code) + (period ? `?period=${encodeURIComponent(period)}` : '')}>{agency.name}</Link> },
    { title: w.late, number: true, cell: ({ late }) => <b class={late > 0 ? 'tone-text tone-missed' : 'muted'}>{count(late)}</b> },
    ...(signedIn ? [{
      title: w.reports, cell: ({ reports }: Row) => reports && reports.expected > 0
        ? <Tally main={w.reportsOf(count(reports.answered), count(reports.expected))}
            parts={[[w.overdue(count(reports.overdue)), reports.overdue], [w.lateOf(count(reports.answered - reports.onTime)), reports.answered - reports.onTime]]} />
        : <span class="muted">–</span>,
    }] : []),
    {
      title: w.directives, cell: ({ directives }) => directives && directives.due > 0
        ? <Tally main={w.directivesOf(count(directives.doneOnTime + directives.doneLate), count(directives.due))}
            parts={[[w.overdue(count(directives.overdue)), directives.overdue], [w.lateOf(count(directives.doneLate)), directives.doneLate]]} />
        : <span class="muted">–</span>,
    },
    { title: w.delay, number: true, cell: ({ directives }) => directives && directives.delayDays > 0 ? count(directives.delayDays) : <span class="muted">–</span> },
  ];
}

function Tally({ main, parts }: { main: string; parts: [string, number][] }) {
  return (
    <span class="tally">
      <span>{main}</span>
      {parts.filter(([, n]) => n > 0).map(([text]) => <span class="tone-text tone-missed" key={text}>{text}</span>)}
    </span>
  );
}
