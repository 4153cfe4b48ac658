// What I owe: figures by the day on which they are due, what waits on this device, and the agency's open directives.
import { useEffect, useMemo, useState } from 'preact/hooks';
import { client, formatDay, formatPeriod, type OutboxItem } from '../kit.ts';
import { Link, path } from '../router.tsx';
import type { Params } from '../routes.ts';
import { Empty, Loaded, Page, Section } from '../ui/page.tsx';
import { Status } from '../ui/status.tsx';
import { Day } from '../ui/values.tsx';
import { useLanguage } from '../words/index.ts';
import { keepFor, useKept, useOnline, useOutbox } from './ask.ts';
import { type DirectiveInList, FIGURE_PAGE, type FigureKey, type Obligation, OPEN_DIRECTIVES, OWED, OWED_REPORTS, type OwedReport } from './documents.ts';
import { figureKey, figurePath } from './form.ts';
import { deliver, type Parcel, parcels, useParcels } from './parcels.ts';
import { ForViewer, KeptNote, Note } from './parts.tsx';
import { useTold } from './live.ts';
import { useWork } from './words.ts';

export default function Owed(_: { params: Params }) {
  const words = useWork();
  return <ForViewer title={words.owed.title} roles={['REPORTER', 'HEAD']}>{() => <MyWork />}</ForViewer>;
}

export const keyOf = ({ indicator, subject, regime, period }: Obligation): FigureKey =>
  ({ indicator: indicator.code, subject: subject.code, regime, period });

/** What of the outbox is about figures, by figure: the latest of each. */
function byFigure(items: readonly OutboxItem[]): Map<string, OutboxItem> {
  const found = new Map<string, OutboxItem>();
  for (const item of items) {
    const input = item.variables.input as Partial<FigureKey> | undefined;
    if (input?.indicator && item.state !== 'sent') found.set(figureKey(input as FigureKey), item);
  }
  return found;
}

function MyWork() {
  const words = useWork();
  const owed = useKept(OWED, { first: 100 });
  const agency = client.session.viewer?.agency?.code ?? null;
  const directives = useKept(OPEN_DIRECTIVES, agency ? { lead: agency, states: ['ASSIGNED', 'IN_PROGRESS', 'REPORTED_DONE'] } : null);
  const reports = useKept(OWED_REPORTS, agency ? { reporter: agency } : null);
  const live = useTold(['MEASUREMENT', 'DIRECTIVE'], () => {
    owed.reload();
    directives.reload();
  });
  const online = useOnline();
  const outbox = useOutbox();
  const photographed = useParcels();
  const fresh = owed.keptAt === null ? owed.data : null;
  useEffect(() => {
    if (fresh) void keepFigures(fresh.myObligations.nodes);
  }, [fresh]);
  const unsent = useMemo(() => byFigure(outbox ?? []), [outbox]);
  return (
    <Page title={words.owed.title} kicker={client.session.viewer?.agency?.name} live={live}>
      {!online && <Note tone="warn" title={words.outbox.offline}>{words.outbox.offlineHint}</Note>}
      <Unsent items={outbox ?? []} photographed={photographed ?? []} />
      <div class="grid two">
        <div class="stack">
          <Section title={words.owed.figures} more={owed.data && <span class="muted">{words.owed.count(owed.data.myObligations.totalCount)}</span>}>
            <KeptNote at={online ? null : owed.keptAt} />
            <Loaded asked={owed}>{data => <Figures obligations={data.myObligations.nodes} unsent={unsent} />}</Loaded>
          </Section>
          {reports.data && reports.data.reportObligations.nodes.length > 0 && <Reports reports={reports.data.reportObligations.nodes} />}
        </div>
        {agency && (
          <Section title={words.owed.directives} more={<Link to={`/app/directives?lead=${encodeURIComponent(agency)}`}>{words.owed.allDirectives}</Link>}>
            <Loaded asked={directives}>{data => <Directives directives={data.directives.nodes} />}</Loaded>
          </Section>
        )}
      </div>
    </Page>
  );
}

/** Whoever has seen the list can work on each figure without a network, also on those that were never opened. */
async function keepFigures(obligations: readonly Obligation[]): Promise<void> {
  for (const obligation of obligations) {
    await keepFor(FIGURE_PAGE, keyOf(obligation), before => ({ obligations: { nodes: [obligation] }, before: before?.before ?? { nodes: [] } }));
  }
}

interface Group {
  id: string;
  title: string;
  obligations: Obligation[];
}

const OPEN = ['DUE', 'DRAFT', 'RETURNED', 'NOT_DUE'];
export const isOverdue = ({ state, onTime }: Obligation): boolean => onTime === false && OPEN.includes(state);

/** Late first, then what came back, then by the day; what waits for others comes last. */
function groupsOf(obligations: readonly Obligation[], titles: { overdue: string; returned: string; due: (day: string) => string; sent: string }): Group[] {
  const groups = new Map<string, Group>();
  const put = (id: string, title: string, obligation: Obligation) => {
    const group = groups.get(id) ?? { id, title, obligations: [] };
    group.obligations.push(obligation);
    groups.set(id, group);
  };
  for (const obligation of obligations) {
    if (!OPEN.includes(obligation.state)) put('3', titles.sent, obligation);
    else if (isOverdue(obligation)) put('0', titles.overdue, obligation);
    else if (obligation.state === 'RETURNED') put('1', titles.returned, obligation);
    else put(`2 ${obligation.dueOn}`, titles.due(obligation.dueOn), obligation);
  }
  return [...groups.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

function Figures({ obligations, unsent }: { obligations: Obligation[]; unsent: Map<string, OutboxItem> }) {
  const words = useWork();
  const language = useLanguage();
  if (obligations.length === 0) return <Empty>{words.owed.nothing} {words.owed.nothingHint}</Empty>;
  const groups = groupsOf(obligations, {
    overdue: words.owed.overdue, returned: words.owed.returned, due: day => `${words.owed.due} ${formatDay(day, language)}`, sent: words.owed.sent,
  });
  return (
    <div class="stack">
      {groups.map(group => (
        <div key={group.id}>
          <h3 class={group.id === '0' ? 'late-head' : ''}>{group.title}</h3>
          <ul class="tasks">
            {group.obligations.map(obligation => (
              <Task key={obligation.id} obligation={obligation} item={unsent.get(figureKey(keyOf(obligation)))} late={group.id === '0'} />
            ))}
          </ul>
        </div>
      ))}
    </div>
  );
}

function Task({ obligation, item, late }: { obligation: Obligation; item: OutboxItem | undefined; late: boolean }) {
  const words = useWork();
  const language = useLanguage();
  return (
    <li>
      <Link class="task" to={figurePath(keyOf(obligation))}>
        <span class="task-name">{obligation.indicator.name}</span>
        <span class="task-facts">
          <span>{formatPeriod(obligation.period, language)}</span>
          <span>{obligation.subject.name}</span>
          {late && <span>{words.owed.dueOn(formatDay(obligation.dueOn, language))}</span>}
        </span>
        <span class="task-state">{item ? <ItemState item={item} /> : <Status value={obligation.state} type="ObligationState" />}{obligation.viewerCan?.requestUnlock && <span class="tag">{words.owed.closed}</span>}</span>
      </Link>
    </li>
  );
}

function ItemState({ item }: { item: OutboxItem }) {
  const words = useWork();
  const text = { waiting: words.owed.waiting, sending: words.owed.sendingNow, refused: words.owed.refused, sent: '' }[item.state];
  return <span class={`tag${item.state === 'refused' ? ' tag-bad' : ' tag-warn'}`}>{text}</span>;
}

function Unsent({ items, photographed }: { items: readonly OutboxItem[]; photographed: readonly Parcel[] }) {
  const words = useWork();
  const open = items.filter(({ state }) => state !== 'sent');
  if (open.length + photographed.length === 0) return null;
  const drop = (id: string) => {
    if (confirm(words.outbox.discardSure)) void client.outbox.discard(id);
  };
  return (
    <Section title={words.outbox.title} hint={words.outbox.hint} more={<button type="button" class="button small" onClick={() => { void client.outbox.send(); void deliver(); }}>{words.outbox.sendNow}</button>}>
      <ul class="tasks">
        {open.map(item => {
          const to = placeOf(item);
          return (
            <li class="unsent" key={item.id}>
              <div><p class="task-name">{item.about}</p>{item.problem && <p class="muted small">{item.problem.message}</p>}</div>
              <div class="row">
                <ItemState item={item} />
                {to && <Link class="button small" to={to}>{words.outbox.open}</Link>}
                {item.state === 'refused' && !item.result && <button type="button" class="button small" onClick={() => void client.outbox.retry(item.id)}>{words.outbox.retry}</button>}
                {item.state !== 'sending' && <button type="button" class="button small" onClick={() => drop(item.id)}>{words.outbox.discard}</button>}
              </div>
            </li>
          );
        })}
        {photographed.map(({ input, about, problem }) => (
          <li class="unsent" key={figureKey(input)}>
            <div><p class="task-name">{about}</p><p class="muted small">{problem ?? words.owed.withFiles}</p></div>
            <div class="row">
              <span class={`tag ${problem ? 'tag-bad' : 'tag-warn'}`}>{problem ? words.owed.refused : words.owed.waiting}</span>
              <Link class="button small" to={figurePath(input)}>{words.outbox.open}</Link>
              <button type="button" class="button small" onClick={() => { if (confirm(words.outbox.discardSure)) void parcels.drop(input); }}>{words.outbox.discard}</button>
            </div>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function placeOf({ variables }: OutboxItem): string | null {
  const input = variables.input as (Partial<FigureKey> & { directive?: string }) | undefined;
  if (input?.indicator) return figurePath(input as FigureKey);
  if (input?.directive) return `/app/work/directives/${encodeURIComponent(input.directive)}`;
  return null;
}

/** Reports in words that a rule of a plan asks for. They are not written here, but whoever is reminded of one finds what it is. */
function Reports({ reports }: { reports: OwedReport[] }) {
  const words = useWork();
  const language = useLanguage();
  return (
    <Section title={words.owed.reports} hint={words.owed.reportsHint}>
      <ul class="tasks">
        {reports.map(({ id, period, state, dueOn, rule }) => (
          <li key={id}>
            <Link class="task" to={rule?.document ? path.document(rule.document.id) : '/app/work'}>
              <span class="task-name">{words.owed.report(formatPeriod(period, language))}</span>
              <span class="task-facts">
                <span>{words.owed.dueOn(formatDay(dueOn, language))}</span>
                {rule?.recipients?.[0] && <span>{words.owed.to(rule.recipients.map(({ name }) => name).join(', '))}</span>}
                {rule?.document && <span>{rule.document.symbol ?? rule.document.title}{rule.clause && `, ${rule.clause}`}</span>}
              </span>
              <span class="task-state">{state === 'OVERDUE' ? <Status value="OVERDUE" type="Timeliness" /> : <Status value="DUE" type="ObligationState" />}</span>
            </Link>
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** So many stand there at first: those that are due soonest. */
const FEW = 8;

function Directives({ directives }: { directives: DirectiveInList[] }) {
  const words = useWork();
  const [all, setAll] = useState(false);
  if (directives.length === 0) return <Empty>{words.owed.noDirectives}</Empty>;
  return (
    <>
      <ul class="tasks">
        {(all ? directives : directives.slice(0, FEW)).map(({ id, title, state, timeliness, dueOn }) => (
          <li key={id}>
            <Link class="task" to={`/app/work/directives/${encodeURIComponent(id)}`}>
              <span class="task-name">{title}</span>
              <span class="task-facts">{dueOn && <span>{words.owed.due} <Day value={dueOn} /></span>}<Status value={state} type="DirectiveState" quiet /></span>
              <span class="task-state"><Status value={timeliness} type="Timeliness" /></span>
            </Link>
          </li>
        ))}
      </ul>
      {!all && directives.length > FEW && <button type="button" class="button" onClick={() => setAll(true)}>{words.common.more} ({directives.length - FEW})</button>}
    </>
  );
}

