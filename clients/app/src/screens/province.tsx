// The province on one screen: how its indicators stand, what is late and who owes it, what comes next, what has changed.
import { useRef } from 'preact/hooks';
import { formatDay, gql } from '../kit.ts';
import { useProgramme, useProgrammes, useProgrammeTrouble } from '../programme.tsx';
import { useLive, useQuery } from '../query.ts';
import { Link, path } from '../router.tsx';
import { chooseProgramme, lastMonday, startOfDay, useAsOf } from '../state.ts';
import { ChangeLine, DIFFERENCE, type Difference } from '../ui/difference.tsx';
import { Empty, Loaded, Page, Section, Skeleton } from '../ui/page.tsx';
import { Status } from '../ui/status.tsx';
import { COUNTS, StatusBar, StatusLegend, sumOf, type Counts } from '../ui/status-bar.tsx';
import { Choice } from '../ui/table.tsx';
import { Day, figure, period, useCount } from '../ui/values.tsx';
import { Way } from '../ui/way.tsx';
import { useLanguage, useWords } from '../words/index.ts';

interface Answer {
  groups: { nodes: (Counts & { group: { code: string; name: string } | null })[] } | null;
  milestones: { nodes: (Counts & { milestone: number | null })[] } | null;
  assessments: {
    nodes: {
      on: string; status: string; attainment: string | null; dueOn: string | null;
      indicator: { code: string; name: string } | null;
    }[];
  } | null;
  late: {
    totalCount: number | null;
    nodes: { id: string; code: string; title: string; dueOn: string | null; leads: { code: string; name: string }[] | null }[];
  } | null;
  latest: {
    nodes: { id: string; period: string; value: string | null; source: string;
      indicator: { code: string; name: string; unit: string; decimals: number } | null }[];
  } | null;
}

const PROVINCE = gql<Answer, { programme: string; subject: string }>(`
  query Province($programme: String!, $subject: String!) {
    groups: statusCounts(by: GROUP, filter: { programme: $programme }, first: 50) { nodes { group { code name } ${COUNTS} } }
    milestones: statusCounts(by: MILESTONE, filter: { programme: $programme }, first: 20) { nodes { milestone ${COUNTS} } }
    assessments(filter: { programme: $programme, statuses: [MISSED, OFF_TRACK, AT_RISK] }, first: 7) {
      nodes { on status attainment dueOn indicator { code name } }
    }
    late: directives(filter: { programme: $programme, timeliness: [OVERDUE] }, order: { by: DUE_ON }, first: 6) {
      totalCount
      nodes { id code title dueOn leads { code name } }
    }
    latest: measurements(filter: { subject: $subject, states: [PUBLISHED] }, first: 5) {
      nodes { id period value source indicator { code name unit decimals } }
    }
  }`);

const CHANGED = gql<{ differences: { totalCount: number | null; nodes: Difference[] } | null }, { programme: string; from: string }>(`
  query ChangedSinceMonday($programme: String!, $from: DateTime!) {
    differences(programme: $programme, from: $from, first: 5) { totalCount nodes { ${DIFFERENCE} } }
  }`);

const LIVE = ['MEASUREMENT', 'DIRECTIVE', 'TARGET', 'PROGRESS_UPDATE'];

export default function Province() {
  const words = useWords();
  const programme = useProgramme();
  const list = useProgrammes();
  const trouble = useProgrammeTrouble();
  const asked = useQuery(PROVINCE, programme && { programme: programme.code, subject: programme.subject });
  const live = useLive(LIVE, asked.reload, { ready: asked.data !== null });
  const switcher = list.length > 1 && programme && (
    <Choice label={words.programme} value={programme.code} options={list.map(({ code, subjectName }) => [code, subjectName] as const)}
      onChange={code => chooseProgramme(list.find(one => one.code === code)!)} />
  );
  return (
    <Page title={words.province.title} kicker={programme?.name} actions={switcher} {...(useAsOf() ? {} : { live })}>
      {trouble ? null : asked.data === null && asked.problem === null ? <Waiting /> : <Loaded asked={asked}>{data => <Board data={data} />}</Loaded>}
    </Page>
  );
}

function Waiting() {
  return (
    <>
      <div class="section"><Skeleton lines={7} /></div>
      <div class="grid two"><div class="section"><Skeleton lines={5} /></div><div class="section"><Skeleton lines={5} /></div></div>
    </>
  );
}

function Board({ data }: { data: Answer }) {
  const words = useWords();
  const count = useCount();
  const groups = data.groups?.nodes ?? [];
  const sum = sumOf(groups);
  const outside = sumOf(groups.filter(({ group }) => !group)).total;
  return (
    <>
      <Section title={words.province.status} hint={words.province.statusHint}>
        {groups.length === 0
          ? <Empty>{words.indicatorsPage.empty}</Empty>
          : (
            <div class="board">
              <div class="board-sum">
                <p class="board-total">
                  <b>{count(sumOf(groups.filter(({ group }) => group)).total)}</b> {words.province.total}
                  {outside > 0 && ` ${words.province.andOutside(count(outside))}`}
                </p>
                <StatusLegend counts={sum} to={status => `/app/indicators?status=${status}`} />
              </div>
              <ul class="pillars">
                {groups.map(row => {
                  const name = row.group?.name ?? words.province.others;
                  const narrowed = row.group ? `group=${encodeURIComponent(row.group.code)}` : '';
                  return (
                    <li key={row.group?.code ?? ''}>
                      <div class="pillar-name">
                        {row.group ? <Link to={`/app/indicators?${narrowed}`}>{name}</Link> : <span class="muted">{name}</span>}
                        <span class="muted small">{count(row.total)}</span>
                      </div>
                      <StatusBar counts={row} name={name} to={status => `/app/indicators?${narrowed}${narrowed && '&'}status=${status}`} />
                    </li>
                  );
                })}
              </ul>
            </div>
          )}
      </Section>
      <div class="grid two">
        <Attention data={data} />
        <div class="stack gap">
          <Late data={data} />
          <Milestones data={data} />
        </div>
      </div>
      <div class="grid two">
        <Latest data={data} />
        <Changed on={data.assessments?.nodes[0]?.on ?? null} />
      </div>
    </>
  );
}

function Attention({ data }: { data: Answer }) {
  const words = useWords();
  const rows = data.assessments?.nodes ?? [];
  return (
    <Section title={words.province.attention} more={<Link to="/app/indicators">{words.showAll}</Link>}>
      {rows.length === 0 ? <Empty>{words.province.attentionNone}</Empty> : (
        <ul class="lines">
          {rows.map(({ status, attainment, indicator, dueOn }) => indicator && (
            <li key={indicator.code}>
              <div class="line-text">
                <Link to={path.indicator(indicator.code)} class="strong">{indicator.name}</Link>
                <span class="meta"><Status value={status} /> <span>{words.indicatorPage.due} <Day value={dueOn} /></span></span>
              </div>
              <div class="line-side"><Way part={attainment} status={status} /></div>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function Late({ data }: { data: Answer }) {
  const words = useWords();
  const count = useCount();
  const rows = data.late?.nodes ?? [];
  const total = data.late?.totalCount ?? 0;
  return (
    <Section title={<>{words.province.late}{total > 0 && <span class="amount tone-missed">{count(total)}</span>}</>}
      more={<><Link to="/app/directives?show=late">{words.showAll}</Link>{' · '}<Link to="/app/agencies">{words.province.whoIsLate}</Link></>}>
      {rows.length === 0 ? <Empty>{words.province.lateNone}</Empty> : (
        <ul class="lines">
          {rows.map(row => (
            <li key={row.id}>
              <div class="line-text">
                <Link to={path.directive(row.code)} class="strong">{row.title}</Link>
                <span class="meta">
                  <Status value="OVERDUE" type="Timeliness" />
                  <span><Day value={row.dueOn} /></span>
                  {row.leads?.map(lead => <Link to={path.agency(lead.code)} key={lead.code}>{lead.name}</Link>)}
                </span>
              </div>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function Milestones({ data }: { data: Answer }) {
  const words = useWords();
  const year = Number(data.assessments?.nodes[0]?.on.slice(0, 4) ?? 0);
  const rows = (data.milestones?.nodes ?? []).filter(({ milestone }) => milestone !== null && milestone >= year).slice(0, 5);
  return (
    <Section title={words.province.milestones}>
      {rows.length === 0 ? <Empty>{words.province.milestonesNone}</Empty> : (
        <ul class="milestones">
          {rows.map(row => {
            const year = String(row.milestone);
            return (
              <li key={year}>
                <Link to={`/app/indicators?milestone=${year}`} class="milestone-year" aria-label={words.province.milestone(year)}>{year}</Link>
                <StatusBar counts={row} name={words.province.milestone(year)} to={() => `/app/indicators?milestone=${year}`} />
              </li>
            );
          })}
        </ul>
      )}
    </Section>
  );
}

function Latest({ data }: { data: Answer }) {
  const words = useWords();
  const language = useLanguage();
  const rows = data.latest?.nodes ?? [];
  const fresh = useFresh(rows.map(({ id, value }) => `${id} ${value}`));
  return (
    <Section title={words.province.latest} class="latest">
      {rows.length === 0 ? <Empty>{words.province.latestNone}</Empty> : (
        <ul class="lines">
          {rows.map(({ id, period: label, value, source, indicator }) => indicator && (
            <li key={id} data-indicator={indicator.code} class={fresh.has(`${id} ${value}`) ? 'fresh' : ''}>
              <div class="line-text">
                <Link to={path.indicator(indicator.code)} class="strong">{indicator.name}</Link>
                <span class="meta"><span>{period(label, language)}</span>{source === 'SIMULATED' && <span class="tag" title={words.simulatedHint}>{words.simulated}</span>}</span>
              </div>
              <div class="line-side big figure">{figure(value, indicator.unit, words, language, Math.max(1, indicator.decimals))}</div>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

/** Those of some keys that were not there when they were shown first: what has come while somebody looked. */
function useFresh(keys: string[]): Set<string> {
  const first = useRef<Set<string> | null>(null);
  first.current ??= new Set(keys);
  return new Set(keys.filter(key => !first.current!.has(key)));
}

function Changed({ on }: { on: string | null }) {
  const words = useWords();
  const language = useLanguage();
  const count = useCount();
  const programme = useProgramme();
  const monday = on && lastMonday(on);
  const asked = useQuery(CHANGED, programme && monday ? { programme: programme.code, from: startOfDay(monday) } : null);
  useLive(['MEASUREMENT', 'TARGET', 'DIRECTIVE'], asked.reload, { ready: asked.data !== null });
  const total = asked.data?.differences?.totalCount ?? 0;
  return (
    <Section title={<>{words.province.changed}{total > 0 && <span class="amount">{count(total)}</span>}</>}
      more={<Link to="/app/changes">{words.province.changedAll}</Link>}>
      {!monday ? <Empty>{words.changesPage.differencesNone}</Empty> : (
        <Loaded asked={asked} lines={4}>
          {({ differences }) => differences && differences.nodes.length > 0
            ? <ul class="lines">{differences.nodes.map((one, index) => <ChangeLine of={one} key={index} />)}</ul>
            : <Empty action={<Link to="/app/changes?since=month" class="button small">{words.changesPage.month}</Link>}>{words.province.changedNone(formatDay(monday, language))}</Empty>}
        </Loaded>
      )}
    </Section>
  );
}
