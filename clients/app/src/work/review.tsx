// What waits for a decision: figures for a head or the standing office, directives that are reported done or ask for time, and who owes a report.
import { useState } from 'preact/hooks';
import { client, dayOf, formatDay, formatDecimal, formatPeriod } from '../kit.ts';
import { Link, setSearch, usePlace } from '../router.tsx';
import type { Params } from '../routes.ts';
import { Empty, Loaded, Page } from '../ui/page.tsx';
import { Status } from '../ui/status.tsx';
import { Tabs } from '../ui/table.tsx';
import { Day, Figure as Number } from '../ui/values.tsx';
import { label, useLanguage, useWords } from '../words/index.ts';
import { useActing, useKept, useKeptPages, useMutate, useOnline } from './ask.ts';
import { useFieldText } from './conflict.tsx';
import {
  type AskedUnlock, CHASE, type Chased, DECIDE_UNLOCK, DIRECTIVES_AT, type DirectiveToReview, ENDORSE, type FigureAnswer, type Mended, MISSING, type Missing, PUBLISH, RETURN, REVIEW, UNLOCKS, type WaitingFigure,
} from './documents.ts';
import { trimmed } from './form.ts';
import { Disclosure, errorAt, ForViewer, KeptNote, Note, TextArea, TextField, Trouble } from './parts.tsx';
import { useTold } from './live.ts';
import { useWork } from './words.ts';

type Tab = 'figures' | 'directives' | 'missing' | 'unlocks';

export default function Review(_: { params: Params }) {
  const words = useWork();
  return <ForViewer title={words.review.title} roles={['HEAD', 'STANDING_OFFICE', 'LEADER']}>{roles => <Queue roles={roles} />}</ForViewer>;
}

function Queue({ roles }: { roles: readonly string[] }) {
  const words = useWork();
  const { search } = usePlace();
  const decides = roles.includes('HEAD') || roles.includes('STANDING_OFFICE');
  const tabs: [Tab, string][] = [];
  if (decides) tabs.push(['figures', words.review.figures]);
  tabs.push(['directives', words.review.directives]);
  if (roles.includes('STANDING_OFFICE')) tabs.push(['missing', words.review.missing], ['unlocks', words.review.unlocks]);
  const asked = search.get('tab') as Tab | null;
  const tab = tabs.some(([name]) => name === asked) ? asked! : tabs[0]![0];
  return (
    <Page title={words.review.title} kicker={client.session.viewer?.agency?.name}
      actions={roles.includes('LEADER') && <Link class="button primary" to="/app/work/issue">{words.review.issue}</Link>}>
      {tabs.length > 1 && <div><Tabs label={words.review.title} value={tab} options={tabs} onChange={tab => setSearch({ tab })} /></div>}
      {tab === 'figures' && <Figures publishes={roles.includes('STANDING_OFFICE')} endorses={roles.includes('HEAD')} />}
      {tab === 'directives' && <Directives roles={roles} />}
      {tab === 'missing' && <MissingFigures />}
      {tab === 'unlocks' && <Unlocks />}
    </Page>
  );
}

/** A head decides on what was submitted, the standing office on what its head has endorsed. */
function Figures({ publishes, endorses }: { publishes: boolean; endorses: boolean }) {
  const words = useWork();
  const online = useOnline();
  const states = publishes && !endorses ? ['ENDORSED'] : publishes ? ['SUBMITTED', 'ENDORSED'] : ['SUBMITTED'];
  const { asked, rows, more, busy } = useKeptPages(REVIEW, { states }, data => data.measurements);
  const [told, setTold] = useState<string | null>(null);
  useTold(['MEASUREMENT'], asked.reload);
  const waiting = asked.data?.submitted.totalCount ?? 0;
  return (
    <section class="section" aria-label={words.review.figures}>
      <div class="stack">
        <KeptNote at={online ? null : asked.keptAt} />
        {told && <Note tone="good">{told}</Note>}
        <Loaded asked={asked}>
          {() => {
            const mine = rows.filter(({ viewerCan }) => viewerCan?.endorse || viewerCan?.publish || viewerCan?.return);
            if (mine.length === 0) return <Empty>{words.review.nothing} {words.review.nothingHint}</Empty>;
            return (
              <ul class="tasks">
                {mine.map(figure => <Card key={figure.id} figure={figure} onDone={text => { setTold(text); asked.reload(); }} />)}
              </ul>
            );
          }}
        </Loaded>
        {more && <div><button type="button" class="button" disabled={busy} onClick={more}>{words.common.more}</button></div>}
        {publishes && waiting > 0 && <p class="muted">{words.review.waitsForHeadHint(waiting)}</p>}
      </div>
    </section>
  );
}

/** What is decided on is what was seen when the card was drawn; if the figure has become another, the server says in what. */
function Card({ figure, onDone }: { figure: WaitingFigure; onDone: (told: string) => void }) {
  const words = useWork();
  const shell = useWords();
  const language = useLanguage();
  const said = useFieldText();
  const acting = useActing();
  const mutate = useMutate();
  const [reason, setReason] = useState('');
  const [changed, setChanged] = useState<FigureAnswer | null>(null);
  const shown: WaitingFigure = changed?.current ? { ...figure, ...changed.current } : figure;
  const { indicator, viewerCan } = shown;
  const seen = { measurement: shown.id, expectedVersion: shown.version };

  const decide = (told: string, work: () => Promise<FigureAnswer>) => acting.run(async (): Promise<Mended[]> => {
    const answer = await work();
    if (answer.measurement) {
      onDone(`${indicator.name}: ${told}`);
      return [];
    }
    if (answer.current) {
      setChanged(answer);
      return answer.userErrors.filter(({ code }) => code !== 'CHANGED' && code !== 'STALE');
    }
    return answer.userErrors;
  });
  const endorse = () => decide(words.review.endorsed, async () =>
    (await mutate(ENDORSE, { input: { ...seen, contentHash: shown.contentHash ?? '' } })).endorseMeasurement);
  const publish = () => decide(words.review.published, async () =>
    (await mutate(PUBLISH, { input: { ...seen, contentHash: shown.contentHash ?? '' } })).publishMeasurement);
  const giveBack = (event: Event) => {
    event.preventDefault();
    void decide(words.review.returned, async () => (await mutate(RETURN, { input: { ...seen, reason } })).returnMeasurement);
  };

  return (
    <li class="review-card">
      <div class="review-head">
        <div>
          <h2>{indicator.name}</h2>
          <p class="task-facts">
            <span>{formatPeriod(shown.period, language)}</span><span>{shown.subject.name}</span>
            {shown.reporter && shown.reporter.code !== shown.subject.code && <span>{words.review.reportedBy(shown.reporter.name)}</span>}
          </p>
        </div>
        <p class="review-value">
          {shown.narrative ?? <Number value={shown.value} unit={indicator.unit} places={Math.max(indicator.decimals, 1)} />}
          <span class="muted">
            {shown.published && shown.published.value !== null && shown.published.value !== shown.value && (
              <>{words.review.publishedBefore(formatDecimal(trimmed(shown.published.value), language))} · </>
            )}
            {shown.numerator !== null && <><Number value={shown.numerator} /> / <Number value={shown.denominator} /> · </>}{label(shell, 'Observation', shown.observation)}
          </span>
        </p>
      </div>
      {shown.note && <p class="quote">{shown.note}</p>}
      {shown.comment && <p class="quote">{words.figure.comment}: {shown.comment}</p>}
      {(shown.attachments?.length ?? 0) > 0 && (
        <ul class="files">{shown.attachments!.map(({ id, name, link }) => <li key={id}>{link ? <a href={link} download>{name}</a> : name}</li>)}</ul>
      )}
      {changed && (
        <Note tone="warn" title={words.review.changed}>
          {(changed.differences?.length ?? 0) > 0 && (
            <ul>{changed.differences!.map(({ field, before, after }) => <li key={field}>{words.figure.field[field]}: {said(field, before)} → <strong>{said(field, after)}</strong></li>)}</ul>
          )}
        </Note>
      )}
      <Trouble acting={acting} />
      <div class="acts">
        {viewerCan?.endorse && <button type="button" class="button primary" disabled={acting.busy} onClick={() => void endorse()}>{words.review.endorse}</button>}
        {viewerCan?.publish && <button type="button" class="button primary" disabled={acting.busy} onClick={() => void publish()}>{words.review.publish}</button>}
        {viewerCan?.return && (
          <Disclosure title={words.review.return}>
            {close => (
              <form class="form" onSubmit={giveBack}>
                <TextArea id={`reason-${shown.id}`} label={words.review.returnReason} hint={words.review.returnHint} value={reason} onInput={setReason} required />
                <div class="row">
                  <button class="button primary" disabled={acting.busy}>{words.review.return}</button>
                  <button type="button" class="button" onClick={close}>{words.common.cancel}</button>
                </div>
              </form>
            )}
          </Disclosure>
        )}
      </div>
    </li>
  );
}

function Directives({ roles }: { roles: readonly string[] }) {
  const words = useWork();
  const asked = useKept(DIRECTIVES_AT, { states: ['ASSIGNED', 'IN_PROGRESS', 'REPORTED_DONE'] });
  useTold(['DIRECTIVE'], asked.reload);
  const own = client.session.viewer?.agency?.code;
  const confirms = roles.includes('LEADER') || roles.includes('STANDING_OFFICE');
  const decides = roles.includes('LEADER');
  const isMine = ({ state, leads, extensionRequests }: DirectiveToReview): boolean =>
    (confirms && state === 'REPORTED_DONE') ||
    (decides && (extensionRequests ?? []).some(({ state }) => state === 'REQUESTED')) ||
    (roles.includes('HEAD') && (leads ?? []).some(({ code }) => code === own) && (state === 'ASSIGNED' || (extensionRequests ?? []).some(({ state }) => state === 'COUNTERED')));
  return (
    <section class="section" aria-label={words.review.directives}>
      <Loaded asked={asked}>
        {({ directives: { nodes } }) => {
          const mine = nodes.filter(isMine);
          if (mine.length === 0) return <Empty>{words.review.noDirectives}</Empty>;
          return (
            <ul class="tasks">
              {mine.map(({ id, title, state, dueOn, leads, extensionRequests }) => (
                <li key={id}>
                  <Link class="task" to={`/app/work/directives/${encodeURIComponent(id)}`}>
                    <span class="task-name">{title}</span>
                    <span class="task-facts"><span>{(leads ?? []).map(({ name }) => name).join(', ')}</span>{dueOn && <span>{words.owed.due} <Day value={dueOn} /></span>}</span>
                    <span class="task-state">
                      <Status value={state} type="DirectiveState" />
                      {(extensionRequests ?? []).some(({ state }) => state === 'REQUESTED') && <span class="tag tag-warn">{words.review.extensions}</span>}
                    </span>
                  </Link>
                </li>
              ))}
            </ul>
          );
        }}
      </Loaded>
    </section>
  );
}

/** Overdue figures by agency and period: what one reminder is about. */
function MissingFigures() {
  const words = useWork();
  const asked = useKept(MISSING, {});
  return (
    <section class="section" aria-label={words.review.missing}>
      <Loaded asked={asked}>
        {({ obligations: { nodes, totalCount }, chases }) => {
          if (nodes.length === 0) return <Empty>{words.review.nothingMissing}</Empty>;
          const groups = new Map<string, Missing[]>();
          for (const one of nodes) {
            const key = `${one.reporter?.code} ${one.regime} ${one.period}`;
            groups.set(key, [...(groups.get(key) ?? []), one]);
          }
          return (
            <>
              <ul class="tasks">{[...groups].map(([key, missing]) => <MissingGroup key={key} missing={missing} before={lastChase(missing[0]!, chases?.nodes ?? [])} onDone={asked.reload} />)}</ul>
              {totalCount > nodes.length && <p class="muted">{words.review.more}</p>}
            </>
          );
        }}
      </Loaded>
    </section>
  );
}

/** When it was last asked for; the list has the latest first. */
function lastChase({ reporter, regime, period }: Missing, chases: readonly Chased[]): Chased | null {
  return chases.find(chase => chase.agency?.code === reporter?.code && chase.regime === regime && chase.period === period) ?? null;
}

function MissingGroup({ missing, before, onDone }: { missing: Missing[]; before: Chased | null; onDone: () => void }) {
  const words = useWork();
  const language = useLanguage();
  const acting = useActing();
  const mutate = useMutate();
  const [told, setTold] = useState<string | null>(null);
  const [first] = missing as [Missing];
  const chase = () => acting.run(async () => {
    const { chase } = await mutate(CHASE, { input: { agencies: [first.reporter?.code ?? ''], period: first.period, regime: first.regime } });
    if (chase.userErrors.length === 0) setTold((chase.chased?.length ?? 0) > 0 ? words.review.chased : words.review.chasedNobody);
    onDone();
    return chase.userErrors;
  });
  return (
    <li class="review-card">
      <div class="review-head">
        <div>
          <h2>{first.reporter?.name}</h2>
          <p class="task-facts"><span>{formatPeriod(first.period, language)}</span><span class="late-head">{words.owed.dueOn(formatDay(first.dueOn, language))}</span></p>
          {before && <p class="muted small chased">{words.review.chasedOn(formatDay(dayOf(before.askedAt), language), before.account?.fullName ?? null)}</p>}
        </div>
        <button type="button" class="button" disabled={acting.busy || told !== null} onClick={() => void chase()}>{words.review.chase}</button>
      </div>
      <details><summary>{words.review.missingCount(missing.length)}</summary><ul>{missing.map(({ indicator }) => <li key={indicator.code}>{indicator.name}</li>)}</ul></details>
      {told && <Note tone="good">{told}</Note>}
      <Trouble acting={acting} />
    </li>
  );
}

/** Who asks for a period that is closed: it is opened until a day, or not, with a reason. */
function Unlocks() {
  const words = useWork();
  const asked = useKept(UNLOCKS, {});
  const [told, setTold] = useState(false);
  return (
    <section class="section" aria-label={words.review.unlocks}>
      <div class="stack">
        {told && <Note tone="good">{words.review.unlockDecided}</Note>}
        <Loaded asked={asked}>
          {({ unlockRequests: { nodes } }) => nodes.length === 0
            ? <Empty>{words.review.noUnlocks}</Empty>
            : <ul class="tasks">{nodes.map(request => <UnlockCard key={request.id} request={request} onDone={() => { setTold(true); asked.reload(); }} />)}</ul>}
        </Loaded>
      </div>
    </section>
  );
}

function UnlockCard({ request, onDone }: { request: AskedUnlock; onDone: () => void }) {
  const words = useWork();
  const language = useLanguage();
  const acting = useActing();
  const mutate = useMutate();
  const [day, setDay] = useState('');
  const [reason, setReason] = useState('');
  const decide = (approve: boolean) => (event: Event) => {
    event.preventDefault();
    void acting.run(async () => {
      const input = { unlockRequest: request.id, expectedVersion: request.version, approve, ...(approve ? { expiresOn: day } : { reason }) };
      const { decideUnlock } = await mutate(DECIDE_UNLOCK, { input });
      if (decideUnlock.unlockRequest) onDone();
      return decideUnlock.userErrors;
    });
  };
  return (
    <li class="review-card">
      <div>
        <h2>{request.assignment?.indicator?.name}</h2>
        <p class="task-facts"><span>{formatPeriod(request.period, language)}</span><span>{request.reporter?.name}</span><span>{request.requestedBy?.fullName}</span></p>
      </div>
      <p class="quote">{request.reason}</p>
      <Trouble acting={acting} fields={['expiresOn', 'reason']} />
      {request.viewerCan?.decide && (
        <div class="acts">
          <Disclosure title={words.review.open} primary>
            {() => (
              <form class="form" onSubmit={decide(true)}>
                <TextField id={`until-${request.id}`} label={words.review.openUntil} type="date" value={day} onInput={setDay} error={errorAt(acting, 'expiresOn')} required />
                <div class="row"><button class="button primary" disabled={acting.busy}>{words.review.open}</button></div>
              </form>
            )}
          </Disclosure>
          <Disclosure title={words.review.refuse}>
            {() => (
              <form class="form" onSubmit={decide(false)}>
                <TextArea id={`why-${request.id}`} label={words.review.refuseReason} value={reason} onInput={setReason} error={errorAt(acting, 'reason')} required />
                <div class="row"><button class="button primary" disabled={acting.busy}>{words.review.refuse}</button></div>
              </form>
            )}
          </Disclosure>
        </div>
      )}
    </li>
  );
}
