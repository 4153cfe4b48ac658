// One indicator: how it stands and why, where it comes from and where it leads, its source, its communes, and who works on it.
import { useState } from 'preact/hooks';
import { formatDay, gql } from '../kit.ts';
import { SeriesChart, type Point } from '../charts/series.tsx';
import { useProgramme } from '../programme.tsx';
import { useLive, useQuery, useToday } from '../query.ts';
import { Link, path } from '../router.tsx';
import type { Params } from '../routes.ts';
import { urgency } from '../ui/directives.tsx';
import { Empty, Loaded, Page, Section } from '../ui/page.tsx';
import { Status } from '../ui/status.tsx';
import { Facts, Table } from '../ui/table.tsx';
import { Day, demand, Figure, figure, period, share, useCount } from '../ui/values.tsx';
import { Way } from '../ui/way.tsx';
import { label, useLanguage, useWords } from '../words/index.ts';
import { NotFound } from '../ui/not-found.tsx';
import { useAsOf } from '../state.ts';
import { Communes } from './communes.tsx';

interface DocumentLink { id: string; symbol: string | null; title: string; status: string }
interface Target {
  code: string; dueOn: string | null; value: string | null; upperValue: string | null; comparator: string | null; statement: string | null;
  wording: string; clause: string; withdrawnOn: string | null; effectiveComparator: { comparator: string } | null;
  document: DocumentLink | null; warnings: { kind: string }[] | null;
}
interface Input {
  kind: string; value: string | null; on: string | null; words: string; rule: string; ruleVersion: number;
  target: { code: string; clause: string; document: { id: string; symbol: string | null; title: string } | null } | null;
  measurement: { id: string; period: string } | null;
}
interface Assessment {
  status: string; value: string | null; dueOn: string | null; demanded: string | null; expected: string | null;
  attainment: string | null; pace: string | null; sentence: string | null; isStale: boolean; isAmbiguous: boolean;
  baseline: { value: string; on: string } | null;
  projection: { projection: { value: string; lower: string; upper: string; reachedOn: string | null } | null; noneBecause: string | null } | null;
  inputs: Input[];
}
interface DirectiveRow {
  id: string; code: string; title: string; dueOn: string | null; timeliness: string; leads: { code: string; name: string }[] | null;
  programme: { code: string; jurisdiction: { name: string } | null } | null;
}
interface Indicator {
  code: string; name: string; unit: string; decimals: number; note: string | null;
  lead: { code: string; name: string } | null;
  memberships: { programme: { code: string } | null; group: { code: string; name: string } | null }[] | null;
  definitions: { version: number; text: string; clause: string | null; document: { id: string; symbol: string | null } | null }[] | null;
  targets: { nodes: Target[] } | null;
  series: { nodes: { period: string; endsOn: string; value: string | null; source: string }[] } | null;
  assessment: Assessment | null;
  directives: { totalCount: number | null; nodes: DirectiveRow[] } | null;
  late: { totalCount: number | null } | null;
  unreported: { totalCount: number | null } | null;
}

const INDICATOR = gql<{ indicator: Indicator | null }, { code: string; subject: string; programme: string }>(`
  query Indicator($code: String!, $subject: String!, $programme: String!) {
    indicator(code: $code) {
      code name unit decimals note
      lead { code name }
      memberships { programme { code } group { code name } }
      definitions { version text clause document { id symbol } }
      targets(filter: { programme: $programme }, first: 50) {
        nodes {
          code dueOn value upperValue comparator statement wording clause withdrawnOn
          effectiveComparator { comparator } document { id symbol title status } warnings { kind }
        }
      }
      series(subject: $subject, last: 60) { nodes { period endsOn value source } }
      assessment(subject: $subject, programme: $programme) {
        status value dueOn demanded expected attainment pace sentence isStale isAmbiguous
        baseline { value on }
        projection { projection { value lower upper reachedOn } noneBecause }
        inputs { kind value on words rule ruleVersion target { code clause document { id symbol title } } measurement { id period } }
      }
      directives(first: 50) { totalCount nodes { id code title dueOn timeliness leads { code name } programme { code jurisdiction { name } } } }
      late: directives(filter: { timeliness: [OVERDUE] }, first: 1) { totalCount }
      unreported: directives(filter: { timeliness: [NOT_REPORTED] }, first: 1) { totalCount }
    }
  }`);

interface Said { status: string; sentence: string | null }

/** What is said of each of its milestones: asked for beside it, so that the page need not wait, and of all of them at once. */
const milestonesOf = (years: readonly string[]) => gql<{ indicator: Record<string, Said | null> | null }, { code: string; subject: string }>(`
  query MilestonesOf($code: String!, $subject: String!) {
    indicator(code: $code) { ${years.map(year => `in${year}: assessment(subject: $subject, milestone: ${year}) { status sentence }`).join(' ')} }
  }`);
const yearOf = (target: Target): string | null => (target.dueOn && isInForce(target) ? target.dueOn.slice(0, 4) : null);

const IN_FORCE = new Set(['ISSUED', 'UNKNOWN']);
const isInForce = ({ document, withdrawnOn }: Target) => withdrawnOn === null && (document === null || IN_FORCE.has(document.status));

export default function IndicatorPage({ params }: { params: Params }) {
  const words = useWords();
  const programme = useProgramme();
  const code = params['code']!;
  const asked = useQuery(INDICATOR, programme && { code, subject: programme.subject, programme: programme.code });
  const live = useLive(['MEASUREMENT', 'TARGET', 'DIRECTIVE'], asked.reload, { code, ready: asked.data !== null });
  const indicator = asked.data?.indicator;
  const then = useAsOf();
  const [hasMap, setHasMap] = useState(false);
  if (asked.data && !indicator) return <NotFound />;
  const group = indicator?.memberships?.find(member => member.programme?.code === programme?.code)?.group;
  return (
    <Page title={indicator?.name ?? words.indicator} {...(then ? {} : { live })}
      kicker={<>{words.indicator}{group && <> · <Link to={`/app/indicators?group=${encodeURIComponent(group.code)}`}>{group.name}</Link></>}</>}
      actions={hasMap && <a class="button small" href="#communes">{words.indicatorPage.onMap}</a>}>
      <Loaded asked={asked} lines={10}>{() => indicator && <Details of={indicator} subject={programme!.subject} onMap={setHasMap} />}</Loaded>
    </Page>
  );
}

function Details({ of, subject, onMap }: { of: Indicator; subject: string; onMap: (hasMap: boolean) => void }) {
  const words = useWords();
  const language = useLanguage();
  const count = useCount();
  const today = useToday();
  const then = useAsOf();
  const w = words.indicatorPage;
  const { assessment, unit } = of;
  const places = Math.max(1, of.decimals);
  const figures = (of.series?.nodes ?? []).flatMap((one): (Point & { period: string; source: string })[] =>
    (one.value === null ? [] : [{ on: one.endsOn, value: one.value, period: one.period, source: one.source }]));
  const last = figures.at(-1);
  const targets = (of.targets?.nodes ?? []).filter(isInForce);
  const points = targets.flatMap(({ dueOn, value }): Point[] => (dueOn && value !== null ? [{ on: dueOn, value }] : []));
  const projected = assessment?.projection?.projection ?? null;
  const isSimulated = last?.source === 'SIMULATED';
  const late = of.late?.totalCount ?? 0;
  const unreported = of.unreported?.totalCount ?? 0;
  const programme = useProgramme();
  const years = [...new Set(targets.flatMap(target => yearOf(target) ?? []))];
  const milestones = useQuery(milestonesOf(years), years.length === 0 ? null : { code: of.code, subject }).data?.indicator;
  return (
    <>
      <div class="grid wide-left even">
        <section class="section hero">
          <div class="hero-figure">
            <p class="hint">{w.value}{last && <>, {period(last.period, language)}</>} {isSimulated && <span class="tag" title={words.simulatedHint}>{words.simulated}</span>}</p>
            <p class="huge">{assessment?.value ?? last?.value ? <Figure value={assessment?.value ?? last?.value} unit={unit} places={places} /> : <span class="muted none">{w.noValue}</span>}</p>
          </div>
          <div class="hero-status">
            {assessment && <p class="big-status"><Status value={assessment.status} /></p>}
            {assessment?.sentence && <p class="sentence">{assessment.sentence}</p>}
            {assessment?.isStale && <p class="note">{w.stale}</p>}
            {assessment?.isAmbiguous && <p class="note">{w.ambiguous}</p>}
            {projected && assessment?.dueOn && (
              <p class="muted">
                {w.projectionAt(formatDay(assessment.dueOn, language), ...([projected.value, projected.lower, projected.upper]
                  .map(value => figure(value, unit, words, language, places)) as [string, string, string]))}{' '}
                <strong>{assessment.status === 'ACHIEVED' ? '' : projected.reachedOn ? w.reachedOn(formatDay(projected.reachedOn, language)) : w.notReached}</strong>
              </p>
            )}
            {!projected && assessment?.projection?.noneBecause && assessment.projection.noneBecause !== 'NO_MILESTONE' &&
              <p class="muted">{words.indicatorsPage.noProjection}: {label(words, 'NoProjection', assessment.projection.noneBecause).toLowerCase()}.</p>}
          </div>
        </section>
        <section class="section">
          <Facts of={[
            [w.target, assessment?.demanded ? <Figure value={assessment.demanded} unit={unit} places={places} /> : null],
            [w.due, assessment?.dueOn ? <Day value={assessment.dueOn} /> : null],
            [w.way, assessment?.attainment ? <Way part={assessment.attainment} status={assessment.status} /> : null],
            [w.pace, assessment?.pace ? share(assessment.pace, language) : null],
            [w.expected, assessment?.expected ? <Figure value={assessment.expected} unit={unit} places={places} /> : null],
            [w.lead, of.lead && <Link to={path.agency(of.lead.code)}>{of.lead.name}</Link>],
          ]} />
        </section>
      </div>

      <Section title={w.series}>
        {figures.length === 0 && points.length === 0 ? <Empty>{w.seriesNone}</Empty> : (
          <>
            <SeriesChart name={of.name} unit={unit} places={places} figures={figures} targets={points} today={today} todayText={then ? formatDay(then, language) : w.today}
              baseline={assessment?.baseline ? { on: assessment.baseline.on, value: assessment.baseline.value } : null}
              until={assessment?.dueOn && figures.length > 0 ? assessment.dueOn : null}
              projection={projected && assessment?.dueOn ? { on: assessment.dueOn, ...projected } : null} />
            {figures.length > 0 && (
              <details class="more-details"><summary>{w.seriesTable}</summary>
                <Table caption={w.series} rows={[...figures].reverse()} id={row => row.on} class="stays narrow" columns={[
                  { title: w.period, main: true, cell: row => period(row.period, language) },
                  { title: w.value, number: true, cell: row => <Figure value={row.value} unit={unit} places={places} /> },
                  { title: w.source, cell: row => label(words, 'Source', row.source) },
                ]} />
              </details>
            )}
          </>
        )}
      </Section>

      <Communes indicator={of.code} below={subject} unit={unit} places={places} onKnown={onMap} />

      <div class="grid two">
        <Section title={w.targets}>
          {(of.targets?.nodes ?? []).length === 0 ? <Empty>{w.targetsNone}</Empty> : (
            <ul class="lines">
              {(of.targets?.nodes ?? []).map(target => <TargetLine key={target.code} of={target} unit={unit} said={milestones?.[`in${yearOf(target)}`]} />)}
            </ul>
          )}
        </Section>
        <Section title={w.directives} id="directives"
          hint={(of.directives?.totalCount ?? 0) > 0 ? <>{late > 0 ? <strong class="tone-text tone-missed">{w.lateOnes(count(late))}</strong> : w.lateNone}{unreported > 0 && <> {w.unreportedOnes(count(unreported))}</>}</> : undefined}>
          {(of.directives?.nodes ?? []).length === 0 ? <Empty>{w.directivesNone}</Empty> : (
            <ul class="lines">
              {[...of.directives!.nodes].sort((a, b) => urgency(a.timeliness) - urgency(b.timeliness)).map(row => (
                <li key={row.id} data-timeliness={row.timeliness}>
                  <div class="line-text">
                    <Link to={path.directive(row.code)} class="strong">{row.title}</Link>
                    <span class="meta"><Status value={row.timeliness} type="Timeliness" />{row.dueOn && <Day value={row.dueOn} />}
                      {row.leads?.map(lead => <Link to={path.agency(lead.code)} key={lead.code}>{lead.name}</Link>)}
                      {row.programme && row.programme.code !== programme?.code && <span class="tag">{row.programme.jurisdiction?.name}</span>}</span>
                  </div>
                </li>
              ))}
            </ul>
          )}
        </Section>
      </div>

      {assessment && assessment.inputs.length > 0 && (
        <Section title={w.why} hint={w.whyHint}>
          <Table caption={w.why} rows={assessment.inputs} id={row => `${row.kind} ${row.target?.code ?? ''} ${row.measurement?.id ?? ''}`} columns={[
            { title: words.changesPage.what, main: true, cell: row => <>{label(words, 'AssessmentInputKind', row.kind)}<span class="sub">{row.words}</span></> },
            { title: words.indicatorsPage.value, number: true, cell: row => isShare(row.kind) ? share(row.value, language, 1) : <Figure value={row.value} unit={unit} places={Math.max(2, places)} /> },
            { title: words.asOf.day, number: true, cell: row => <Day value={row.on} /> },
            { title: w.source, cell: row => <SourceOf input={row} /> },
          ]} />
        </Section>
      )}
      {(of.definitions ?? []).length > 0 && (
        <Section title={w.definition}>
          {of.definitions!.map(one => (
            <p key={one.version}>{one.text} {one.document && <Link to={path.document(one.document.id)}>{one.document.symbol ?? w.openDocument}{one.clause && `, ${one.clause}`}</Link>}</p>
          ))}
          {of.note && <p class="hint">{of.note}</p>}
        </Section>
      )}
    </>
  );
}

const isShare = (kind: string) => ['ATTAINMENT', 'PACE', 'ON_TRACK_FROM', 'AT_RISK_FROM'].includes(kind);

function SourceOf({ input }: { input: Input }) {
  const language = useLanguage();
  const words = useWords();
  if (input.target?.document) {
    const { document, clause } = input.target;
    return <Link to={path.document(document.id)} title={document.title}>{document.symbol ?? document.title}, {clause}</Link>;
  }
  if (input.measurement) return <>{period(input.measurement.period, language)}</>;
  const { rule, rules, ruleOther } = words.indicatorPage;
  return <span class="muted small" title={`${input.rule} v${input.ruleVersion}`}>{rule}: {rules[input.rule] ?? ruleOther}</span>;
}

function TargetLine({ of, unit, said }: { of: Target; unit: string; said: Said | null | undefined }) {
  const words = useWords();
  const language = useLanguage();
  const inForce = isInForce(of);
  const comparator = of.effectiveComparator?.comparator ?? of.comparator;
  return (
    <li class={inForce ? '' : 'past'} data-target={of.code}>
      <div class="line-text">
        <span class="strong">{of.value === null ? of.statement ?? of.wording : demand({ ...of, comparator }, unit, words, language)}</span>
        <span class="meta">
          {said && <Status value={said.status} />}
          {of.document && <Link to={path.document(of.document.id)} title={of.document.title}>{of.document.symbol ?? of.document.title}, {of.clause}</Link>}
          {!inForce && <span class="tag">{words.indicatorPage.notInForce}</span>}
          {of.warnings?.map(({ kind }) => <span class="tag" key={kind}>{label(words, 'TargetWarningKind', kind)}</span>)}
        </span>
        {said?.sentence && <details class="why"><summary>{words.indicatorsPage.why}</summary><p>{said.sentence}</p></details>}
      </div>
      <div class="line-side"><Day value={of.dueOn} /></div>
    </li>
  );
}
