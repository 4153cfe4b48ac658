// Every indicator against its milestone: how it stands and why, how far it has come, when it will be there.
import { useMemo } from 'preact/hooks';
import { gql } from '../kit.ts';
import { useProgramme } from '../programme.tsx';
import { useLive, usePages, type Connection } from '../query.ts';
import { Link, path, setSearch, usePlace } from '../router.tsx';
import { fold } from '../ui/fold.ts';
import { Empty, Loaded, Page, Section } from '../ui/page.tsx';
import { Status, STATUSES } from '../ui/status.tsx';
import { Choice, Table, type Column } from '../ui/table.tsx';
import { Day, Figure, useCount } from '../ui/values.tsx';
import { Way } from '../ui/way.tsx';
import { label, useWords, type Words } from '../words/index.ts';

interface Row {
  on: string;
  status: string;
  value: string | null;
  demanded: string | null;
  dueOn: string | null;
  attainment: string | null;
  sentence: string | null;
  indicator: { code: string; name: string; unit: string; decimals: number; lead: { code: string; name: string } | null } | null;
  target: { statement: string | null } | null;
  projection: { projection: { reachedOn: string | null } | null; noneBecause: string | null } | null;
}
interface Answer {
  programme: { groups: { nodes: { code: string; name: string }[] } | null } | null;
  years: { nodes: { milestone: number | null }[] } | null;
  assessments: Connection<Row> | null;
}
interface Variables {
  programme: string;
  group: string | null;
  statuses: string[] | null;
  milestone: number | null;
  lead: string | null;
  by: string;
  direction: string;
}

const INDICATORS = gql<Answer, Variables & { after: string | null }>(`
  query Indicators($programme: String!, $group: String, $statuses: [AssessmentStatus!], $milestone: Int, $lead: String,
      $by: AssessmentSort!, $direction: SortDirection!, $after: String) {
    programme(code: $programme) { groups(first: 50) { nodes { code name } } }
    years: statusCounts(by: MILESTONE, filter: { programme: $programme }, first: 30) { nodes { milestone } }
    assessments(filter: { programme: $programme, group: $group, statuses: $statuses, milestone: $milestone, lead: $lead },
        order: { by: $by, direction: $direction }, first: 100, after: $after) {
      totalCount
      pageInfo { hasNextPage endCursor }
      nodes {
        on status value demanded dueOn attainment sentence
        indicator { code name unit decimals lead { code name } }
        target { statement }
        projection { projection { reachedOn } noneBecause }
      }
    }
  }`);

const ORDERS: Record<string, [string, string]> = {
  STATUS: ['STATUS', 'ASCENDING'], ATTAINMENT: ['ATTAINMENT', 'DESCENDING'], PACE: ['PACE', 'ASCENDING'], DUE_ON: ['DUE_ON', 'ASCENDING'],
};

export default function Indicators() {
  const words = useWords();
  const count = useCount();
  const programme = useProgramme();
  const { search } = usePlace();
  const group = search.get('group');
  const status = search.get('status');
  const milestone = search.get('milestone');
  const lead = search.get('lead');
  const text = search.get('q') ?? '';
  const order = search.get('order') ?? 'STATUS';
  const [by, direction] = ORDERS[order] ?? ORDERS['STATUS']!;
  const variables = programme && {
    programme: programme.code, group, statuses: status ? [status] : null, milestone: milestone ? Number(milestone) : null, lead, by, direction,
  };
  const { asked, rows, total, more, busy } = usePages(INDICATORS, variables, data => data.assessments);
  useLive(['MEASUREMENT', 'TARGET'], asked.reload, { ready: asked.data !== null });
  const shown = useMemo(() => {
    const needle = fold(text).split(/\s+/).filter(Boolean);
    return rows.filter(row => needle.every(word => fold(row.indicator?.name ?? '').includes(word)));
  }, [rows, text]);
  const columns = useMemo(() => columnsOf(words), [words]);
  const groups = asked.data?.programme?.groups?.nodes ?? [];
  const years = (asked.data?.years?.nodes ?? []).flatMap(({ milestone }) => (milestone === null ? [] : [String(milestone)]));
  if (milestone && !years.includes(milestone)) years.push(milestone);
  const leadName = lead && (rows.find(({ indicator }) => indicator?.lead?.code === lead)?.indicator?.lead?.name ?? lead);
  const w = words.indicatorsPage;
  return (
    <Page title={w.title} kicker={programme?.name}>
      <Section title={<span class="unseen">{words.filter}</span>} class="bare">
        <div class="filters">
          <Choice label={w.milestone} value={milestone ?? ''} onChange={milestone => setSearch({ milestone })}
            options={[['', w.nextMilestone], ...years.sort().map(year => [year, year] as const)]} />
          <Choice label={w.pillar} value={group ?? ''} onChange={group => setSearch({ group })}
            options={[['', words.all], ...groups.map(({ code, name }) => [code, name] as const)]} />
          <Choice label={w.status} value={status ?? ''} onChange={status => setSearch({ status })}
            options={[['', words.all], ...STATUSES.map(status => [status, label(words, 'AssessmentStatus', status)] as const)]} />
          <Choice label={w.order} value={order} onChange={order => setSearch({ order: order === 'STATUS' ? null : order })}
            options={Object.entries(w.orders)} />
          <label class="field"><span>{w.find}</span>
            <input type="search" value={text} onInput={event => setSearch({ q: event.currentTarget.value })} />
          </label>
        </div>
      </Section>
      <div class="section">
        <Loaded asked={asked} lines={10}>
          {() => (
            <>
              <p class="result" aria-live="polite">{w.shown(count(shown.length), count(total ?? shown.length))}
                {leadName && <>{' · '}{words.indicatorPage.lead}: {leadName}</>}
                {(group || status || milestone || lead || text) && <> · <Link to="/app/indicators">{words.clear}</Link></>}</p>
              {shown.length === 0
                ? <Empty action={<Link to="/app/indicators" class="button small">{words.clear}</Link>}>{w.empty}</Empty>
                : <Table caption={w.title} columns={columns} rows={shown} id={row => row.indicator?.code ?? ''} class="broad indicators" />}
              {more && <button type="button" class="button" disabled={busy} onClick={more}>{words.showMore}</button>}
            </>
          )}
        </Loaded>
      </div>
    </Page>
  );
}

function columnsOf(words: Words): Column<Row>[] {
  const w = words.indicatorsPage;
  return [
    {
      title: w.name, main: true,
      cell: ({ indicator, sentence }) => indicator && (
        <>
          <Link to={path.indicator(indicator.code)}>{indicator.name}</Link>
          {sentence && <details class="why"><summary>{w.why}</summary><p>{sentence}</p></details>}
        </>
      ),
    },
    { title: w.status, cell: ({ status }) => <Status value={status} /> },
    { title: w.value, number: true, cell: ({ value, indicator }) => <Figure value={value} unit={indicator?.unit} places={indicator?.decimals ?? 2} /> },
    {
      title: w.demanded, number: true,
      cell: ({ demanded, target, indicator }) => demanded === null && target?.statement
        ? <span class="muted small words">{target.statement}</span>
        : <Figure value={demanded} unit={indicator?.unit} places={indicator?.decimals ?? 2} />,
    },
    { title: w.way, number: true, cell: ({ attainment, status }) => <Way part={attainment} status={status} /> },
    { title: w.due, number: true, cell: ({ dueOn }) => <Day value={dueOn} /> },
    { title: w.projected, number: true, cell: row => <Projected of={row} /> },
  ];
}

function Projected({ of }: { of: Row }) {
  const words = useWords();
  const w = words.indicatorsPage;
  if (of.status === 'ACHIEVED') return <span class="muted">{w.reached}</span>;
  if (of.projection?.projection) {
    const { reachedOn } = of.projection.projection;
    return reachedOn ? <Day value={reachedOn} /> : <span class="muted small">{w.projectedNever}</span>;
  }
  if (of.status === 'MISSED' || of.projection?.noneBecause === 'NO_MILESTONE') return <span class="muted">–</span>;
  return <span class="muted small">{of.projection?.noneBecause ? label(words, 'NoProjection', of.projection.noneBecause) : w.noProjection}</span>;
}
