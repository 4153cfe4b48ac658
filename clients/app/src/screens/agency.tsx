// One agency: its scorecard of a period, what it must report, what it leads.
import { gql } from '../kit.ts';
import { useLive, useQuery, useToday } from '../query.ts';
import { Link, path, usePlace, useSignInPath } from '../router.tsx';
import type { Params } from '../routes.ts';
import { useSignedIn } from '../state.ts';
import { DirectiveLines, DIRECTIVE_ROW, urgency, type DirectiveRow } from '../ui/directives.tsx';
import { NotFound } from '../ui/not-found.tsx';
import { Empty, Loaded, Page, Section } from '../ui/page.tsx';
import { Status } from '../ui/status.tsx';
import { COUNTS, StatusBar, type Counts } from '../ui/status-bar.tsx';
import { Day, figure, period as periodText, useCount } from '../ui/values.tsx';
import { label, useLanguage, useWords } from '../words/index.ts';
import { PeriodChoice, usualPeriod } from './agencies.tsx';

interface Scorecard {
  late: number;
  reports?: { expected: number; answered: number; onTime: number; nil: number; overdue: number } | null;
  directives: { due: number; doneOnTime: number; doneLate: number; overdue: number; notReported: number; delayDays: number } | null;
  extensions: { asked: number; granted: number } | null;
  input: { owed: number; overdue: number } | null;
  indicators: (Counts & { led: number }) | null;
}
interface Obligation {
  id: string; period: string; dueOn: string; state: string;
  indicator: { code: string; name: string } | null; subject: { code: string; name: string } | null;
}
interface Answer {
  agency: {
    code: string; name: string; kind: string; level: string | null; note: string | null; simulated: boolean;
    ancestors: { code: string; name: string }[] | null;
    ledDirectives: { totalCount: number | null; nodes: DirectiveRow[] } | null;
    coordinatedDirectives: { nodes: DirectiveRow[] } | null;
    indicators: { totalCount: number | null; nodes: { code: string; name: string }[] } | null;
    measurements: { nodes: { id: string; period: string; value: string | null; indicator: { code: string; name: string; unit: string; decimals: number } | null }[] } | null;
  } | null;
  scorecards: { nodes: Scorecard[] } | null;
  obligations?: { totalCount: number | null; nodes: Obligation[] } | null;
}

const AGENCY = gql<Answer, { code: string; period: string; signedIn: boolean }>(`
  query Agency($code: String!, $period: Period!, $signedIn: Boolean!) {
    agency(code: $code) {
      code name kind level note simulated
      ancestors { code name }
      ledDirectives(order: { by: DUE_ON }, first: 50) { totalCount nodes { ${DIRECTIVE_ROW} } }
      coordinatedDirectives(order: { by: DUE_ON }, first: 10) { nodes { ${DIRECTIVE_ROW} } }
      indicators(first: 100) { totalCount nodes { code name } }
      measurements(filter: { states: [PUBLISHED] }, first: 8) { nodes { id period value indicator { code name unit decimals } } }
    }
    scorecards(period: $period, filter: { agencies: [$code] }, first: 1) {
      nodes {
        late
        reports @include(if: $signedIn) { expected answered onTime nil overdue }
        directives { due doneOnTime doneLate overdue notReported delayDays }
        extensions { asked granted }
        input { owed overdue }
        indicators { led ${COUNTS} }
      }
    }
    obligations(filter: { reporter: $code, states: [DUE, DRAFT, RETURNED, SUBMITTED] }, first: 30) @include(if: $signedIn) {
      totalCount
      nodes { id period dueOn state indicator { code name } subject { code name } }
    }
  }`);

export default function AgencyPage({ params }: { params: Params }) {
  const words = useWords();
  const code = params['code']!;
  const today = useToday();
  const signedIn = useSignedIn();
  const { search } = usePlace();
  const period = search.get('period') ?? (today && usualPeriod(today));
  const asked = useQuery(AGENCY, period ? { code, period, signedIn } : null);
  useLive(['DIRECTIVE', 'MEASUREMENT', 'AGENCY'], asked.reload, { agency: code, ready: asked.data !== null });
  const agency = asked.data?.agency;
  if (asked.data && !agency) return <NotFound />;
  const above = agency?.ancestors?.[0];
  return (
    <Page title={agency?.name ?? words.agency}
      kicker={agency ? <>{[label(words, 'AgencyKind', agency.kind), agency.level && label(words, 'AgencyLevel', agency.level)].filter(Boolean).join(', ')}
        {above && <> · {words.agencyPage.above} <Link to={path.agency(above.code)}>{above.name}</Link></>}</> : words.agency}
      actions={today && period && <PeriodChoice period={period} today={today} />}>
      <Loaded asked={asked} lines={9}>{data => data.agency && <Details data={data} agency={data.agency} today={today} />}</Loaded>
    </Page>
  );
}

function Details({ data, agency, today }: { data: Answer; agency: NonNullable<Answer['agency']>; today: string | null }) {
  const words = useWords();
  const language = useLanguage();
  const count = useCount();
  const signedIn = useSignedIn();
  const signInPath = useSignInPath();
  const w = words.agencyPage;
  const card = data.scorecards?.nodes[0];
  const owed = data.obligations?.nodes ?? [];
  const led = agency.ledDirectives?.nodes ?? [];
  const coordinated = agency.coordinatedDirectives?.nodes ?? [];
  const figures = agency.measurements?.nodes ?? [];
  return (
    <>
      {card && (
        <Section title={w.scorecard} hint={<strong class={card.late > 0 ? 'tone-text tone-missed' : ''}>{card.late > 0 ? w.late(count(card.late)) : w.notLate}</strong>}>
          <div class="scorecard">
            {card.reports && <Tile title={w.reports} main={card.reports.expected} parts={[
              [w.answered, card.reports.answered, 'achieved'], [w.onTime, card.reports.onTime, 'on-track'], [w.overdue, card.reports.overdue, 'missed'], [w.nil, card.reports.nil, 'no-target'],
            ]} />}
            {card.directives && <Tile title={w.directives} main={card.directives.due} parts={[
              [w.doneOnTime, card.directives.doneOnTime, 'achieved'], [w.doneLate, card.directives.doneLate, 'off-track'], [w.overdue, card.directives.overdue, 'missed'],
              [w.notReported, card.directives.notReported, 'no-data'], [w.delayDays, card.directives.delayDays, 'off-track'],
            ]} />}
            {card.extensions && <Tile title={w.extensions} main={card.extensions.asked} parts={[[w.granted, card.extensions.granted, 'achieved']]} />}
            {card.input && <Tile title={w.input} main={card.input.owed} parts={[[w.overdue, card.input.overdue, 'missed']]} />}
          </div>
          {card.indicators && card.indicators.total > 0 && (
            <div class="led">
              <h3>{w.led}: {count(card.indicators.led)}</h3>
              <StatusBar counts={card.indicators} name={w.led} to={status => `/app/indicators?status=${status}&lead=${encodeURIComponent(agency.code)}`} />
            </div>
          )}
        </Section>
      )}
      <div class="grid two">
        <Section title={<>{w.ledDirectives}{(agency.ledDirectives?.totalCount ?? 0) > 0 && <span class="amount">{count(agency.ledDirectives!.totalCount!)}</span>}</>}
          more={led.length > 0 && <Link to={`/app/directives?lead=${encodeURIComponent(agency.code)}`}>{words.showAll}</Link>}>
          {led.length === 0 ? <Empty>{w.ledNone}</Empty> : <DirectiveLines rows={[...led].sort((a, b) => urgency(a.timeliness) - urgency(b.timeliness)).slice(0, 12)} today={today} withLeads={false} />}
        </Section>
        <div class="stack gap">
          <Section title={w.obligations}>
            {!signedIn ? <Empty action={<Link to={signInPath} class="button small">{words.signIn}</Link>}>{w.obligationsSignIn}</Empty>
              : owed.length === 0 ? <Empty>{w.obligationsNone}</Empty> : (
                <ul class="lines">
                  {owed.map(one => (
                    <li key={one.id}>
                      <div class="line-text">
                        {one.indicator && <Link to={path.indicator(one.indicator.code)} class="strong">{one.indicator.name}</Link>}
                        <span class="meta"><Status value={one.state} type="ObligationState" /><span>{periodText(one.period, language)}</span>{one.subject && one.subject.code !== agency.code && <span>{one.subject.name}</span>}</span>
                      </div>
                      <div class="line-side">{w.due} <Day value={one.dueOn} /></div>
                    </li>
                  ))}
                </ul>
              )}
          </Section>
          {figures.length > 0 && (
            <Section title={words.province.latest}>
              <ul class="lines">
                {figures.map(({ id, period, value, indicator }) => indicator && (
                  <li key={id}><div class="line-text"><Link to={path.indicator(indicator.code)} class="strong">{indicator.name}</Link><span class="meta">{periodText(period, language)}</span></div>
                    <div class="line-side big">{figure(value, indicator.unit, words, language, Math.max(1, indicator.decimals))}</div></li>
                ))}
              </ul>
            </Section>
          )}
          {coordinated.length > 0 && <Section title={w.coordinated}><DirectiveLines rows={coordinated} today={today} /></Section>}
          {(agency.indicators?.nodes ?? []).length > 0 && (
            <Section title={<>{w.ledIndicators}<span class="amount">{count(agency.indicators!.totalCount ?? 0)}</span></>}>
              <details class="more-details"><summary>{words.showAll}</summary>
                <ul class="lines">{agency.indicators!.nodes.map(one => <li key={one.code}><Link to={path.indicator(one.code)} class="strong">{one.name}</Link></li>)}</ul>
              </details>
            </Section>
          )}
          {(agency.note || agency.simulated) && <p class="hint">{agency.simulated && <span class="tag" title={words.simulatedHint}>{words.simulated}</span>} {agency.note}</p>}
        </div>
      </div>
    </>
  );
}

function Tile({ title, main, parts }: { title: string; main: number; parts: [string, number, string][] }) {
  const count = useCount();
  return (
    <div class="tile">
      <p class="hint">{title}</p>
      <p class="tile-main">{count(main)}</p>
      <dl>{parts.filter(([, n]) => n > 0).map(([name, n, tone]) => <div key={name} class={`tone-${tone}`}><dt>{name}</dt><dd>{count(n)}</dd></div>)}</dl>
    </div>
  );
}
