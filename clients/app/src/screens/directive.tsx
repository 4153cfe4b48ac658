// One directive: what was asked, until when (and until when at first), what happened since.
import { formatDay, gql } from '../kit.ts';
import { useLive, useQuery } from '../query.ts';
import { Link, path } from '../router.tsx';
import type { Params } from '../routes.ts';
import { useAsOf, useSignedIn } from '../state.ts';
import { NotFound } from '../ui/not-found.tsx';
import { Empty, Loaded, Page, Section } from '../ui/page.tsx';
import { Status } from '../ui/status.tsx';
import { Facts } from '../ui/table.tsx';
import { Day, Instant, useCount } from '../ui/values.tsx';
import { label, useLanguage, useWords } from '../words/index.ts';

interface Named { code: string; name: string }
interface Event {
  id: string; kind: string; occurredOn: string | null; text: string | null;
  agency: { name: string } | null;
  deadline: { words: string | null; dueOn: string | null } | null;
  progressUpdate: { percent: number | null; obstacles: string | null } | null;
  otherDirective: { code: string; title: string } | null;
}
interface Directive {
  id: string; title: string; content: string | null; summary: string | null; clause: string; state: string; stateSource: string;
  timeliness: string; dueOn: string | null; originalDueOn: string | null; expectedOutput: string | null; achievedOutput: string | null;
  note: string | null; isBlocked: boolean | null; waitedDays: number | null; leadWords: string | null;
  leads: Named[] | null; coordinators: { words: string | null; agency: Named | null }[] | null; assigner: Named | null;
  deadlines: { revision: number; words: string | null; dueOn: string | null; document: { id: string; symbol: string | null } | null }[] | null;
  document: { id: string; symbol: string | null; title: string } | null;
  indicators: { indicator: Named | null }[] | null;
  extensionRequests: { id: string; state: string; proposedOn: string; reason: string; requestedAt: string; counterOn: string | null; decisionReason: string | null }[] | null;
  progressUpdates: { nodes: { reportedOn: string; percent: number | null; narrative: string; obstacles: string | null; source: string }[] } | null;
  waitsFor: { note: string | null; directive: { code: string; title: string } | null }[] | null;
  parent: { code: string; title: string } | null;
  parts: { nodes: { code: string; title: string; timeliness: string }[] } | null;
  timeline: { nodes: Event[] } | null;
}

const DIRECTIVE = gql<{ directive: Directive | null }, { code: string }>(`
  query Directive($code: String!) {
    directive(code: $code) {
      id title content summary clause state stateSource timeliness dueOn originalDueOn expectedOutput achievedOutput
      note isBlocked waitedDays leadWords
      leads { code name } coordinators { words agency { code name } } assigner { code name }
      deadlines { revision words dueOn document { id symbol } }
      document { id symbol title }
      indicators { indicator { code name } }
      extensionRequests { id state proposedOn reason requestedAt counterOn decisionReason }
      progressUpdates(first: 1) { nodes { reportedOn percent narrative obstacles source } }
      waitsFor { note directive { code title } }
      parent { code title }
      parts(first: 50) { nodes { code title timeliness } }
      timeline(last: 100) {
        nodes {
          id kind occurredOn text agency { name } deadline { words dueOn } progressUpdate { percent obstacles } otherDirective { code title }
        }
      }
    }
  }`);

export default function DirectivePage({ params }: { params: Params }) {
  const words = useWords();
  const code = params['code']!;
  const asked = useQuery(DIRECTIVE, { code });
  const live = useLive(['DIRECTIVE', 'PROGRESS_UPDATE'], asked.reload, { code, ready: asked.data !== null });
  const signedIn = useSignedIn();
  const then = useAsOf();
  const directive = asked.data?.directive;
  if (asked.data && !directive) return <NotFound />;
  return (
    <Page title={directive?.title ?? words.directive} {...(then ? {} : { live })}
      kicker={<>{words.directive}{directive?.document && <> · <Link to={path.document(directive.document.id)} title={directive.document.title}>{directive.document.symbol ?? directive.document.title}, {directive.clause}</Link></>}</>}
      actions={signedIn && !then && directive && <Link to={`/app/work/directives/${encodeURIComponent(directive.id)}`} class="button primary">{words.directivePage.doThis}</Link>}>
      <Loaded asked={asked} lines={9}>{() => directive && <Details of={directive} />}</Loaded>
    </Page>
  );
}

function Details({ of }: { of: Directive }) {
  const words = useWords();
  const language = useLanguage();
  const count = useCount();
  const w = words.directivePage;
  const latest = of.progressUpdates?.nodes[0];
  const moved = of.originalDueOn !== of.dueOn;
  const coordinators = of.coordinators ?? [];
  return (
    <>
      <section class="section directive-head">
        <div class="row big-status"><Status value={of.timeliness} type="Timeliness" /><Status value={of.state} type="DirectiveState" quiet /></div>
        <Facts of={[
          [w.due, <Day value={of.dueOn} none={words.directivesPage.noDue} />],
          [w.originalDue, moved ? <Day value={of.originalDueOn} /> : null],
          [w.words, of.deadlines?.at(-1)?.words],
          [w.percent, latest?.percent !== null && latest?.percent !== undefined ? <span class="progress"><b>{latest.percent}{'\u202f'}%</b><span class="way-bar tone-on-track" aria-hidden="true"><span style={{ width: `${latest.percent}%` }} /></span></span> : null],
          [w.lead, of.leads && of.leads.length > 0 ? of.leads.map(lead => <Link to={path.agency(lead.code)} key={lead.code}>{lead.name}</Link>) : of.leadWords],
          [w.coordinators, coordinators.length > 0 ? <span class="comma">{coordinators.map((one, index) => <span key={index}>{one.agency ? <Link to={path.agency(one.agency.code)}>{one.agency.name}</Link> : one.words}</span>)}</span> : null],
          [w.assigner, of.assigner && <Link to={path.agency(of.assigner.code)}>{of.assigner.name}</Link>],
          [w.stateSource, label(words, 'StateSource', of.stateSource)],
        ]} />
        {of.isBlocked && <p class="note">{w.waits}: {of.waitsFor?.map((one, index) => one.directive
          ? <Link to={path.directive(one.directive.code)} key={index}>{one.directive.title}</Link> : <span key={index}>{one.note}</span>)}</p>}
        {(of.waitedDays ?? 0) > 0 && <p class="note">{w.waited(count(of.waitedDays!))}</p>}
      </section>
      <div class="grid wide-left">
        <Section title={w.timeline}>
          {(of.timeline?.nodes ?? []).length === 0 ? <Empty>{w.timelineNone}</Empty> : (
            <ol class="timeline">
              {of.timeline!.nodes.map(event => <TimelineEvent of={event} key={event.id} />)}
            </ol>
          )}
        </Section>
        <div class="stack gap">
          {(of.summary || of.content || of.expectedOutput) && (
            <Section title={w.content}>
              <p>{of.summary ?? of.content}</p>
              {of.expectedOutput && <p class="after"><span class="muted">{w.output}:</span> {of.expectedOutput}</p>}
              {of.achievedOutput && <p class="after">{of.achievedOutput}</p>}
            </Section>
          )}
          <Section title={w.extensions}>
            {(of.extensionRequests ?? []).length === 0 && (of.deadlines ?? []).length < 2 ? <p class="muted">{w.extensionsNone}</p> : (
              <ul class="lines">
                {(of.deadlines ?? []).map(one => (
                  <li key={`d${one.revision}`}><div class="line-text"><span class={one.revision === of.deadlines!.length ? 'strong' : ''}>{one.words ?? (one.dueOn && formatDay(one.dueOn, language))}</span>
                    {one.document && <span class="meta"><Link to={path.document(one.document.id)}>{one.document.symbol ?? words.document}</Link></span>}</div>
                    <div class="line-side">{one.revision === of.deadlines!.length ? <b><Day value={one.dueOn} /></b> : <s class="muted"><Day value={one.dueOn} /></s>}</div></li>
                ))}
                {(of.extensionRequests ?? []).map(one => (
                  <li key={one.id}>
                    <div class="line-text">
                      <span class="strong">{w.extension(formatDay(one.proposedOn, language))}</span>
                      <span>{one.reason}</span>
                      <span class="meta"><Status value={one.state} type="ExtensionState" />{one.counterOn && <span>{w.counter(formatDay(one.counterOn, language))}</span>}{one.decisionReason && <span>{one.decisionReason}</span>}</span>
                    </div>
                    <div class="line-side muted small"><Instant value={one.requestedAt} /></div>
                  </li>
                ))}
              </ul>
            )}
          </Section>
          {latest && (
            <Section title={w.progress}>
              <p>{latest.narrative}</p>
              {latest.obstacles && <p class="note after">{w.obstacles}: {latest.obstacles}</p>}
              <p class="muted small after"><Day value={latest.reportedOn} /> {latest.source === 'SIMULATED' && <span class="tag" title={words.simulatedHint}>{words.simulated}</span>}</p>
            </Section>
          )}
          {(of.indicators ?? []).length > 0 && (
            <Section title={w.serves}>
              <ul class="lines">{of.indicators!.map(({ indicator }) => indicator && <li key={indicator.code}><Link to={path.indicator(indicator.code)} class="strong">{indicator.name}</Link></li>)}</ul>
            </Section>
          )}
          {(of.parts?.nodes ?? []).length > 0 && (
            <Section title={w.parts}>
              <ul class="lines">{of.parts!.nodes.map(part => <li key={part.code}><div class="line-text"><Link to={path.directive(part.code)} class="strong">{part.title}</Link><Status value={part.timeliness} type="Timeliness" /></div></li>)}</ul>
            </Section>
          )}
          {of.note && <p class="hint">{of.note}</p>}
        </div>
      </div>
    </>
  );
}

const WEIGHTY = new Set(['COMPLETED', 'CANCELLED', 'SENT_BACK', 'EXTENSION_APPROVED', 'EXTENSION_REFUSED', 'REPORTED_DONE', 'ISSUED', 'DEADLINE_SET']);

function TimelineEvent({ of }: { of: Event }) {
  const words = useWords();
  const text = of.text ?? of.deadline?.words;
  return (
    <li class={WEIGHTY.has(of.kind) ? 'weighty' : ''}>
      <div class="when">{of.occurredOn ? <Day value={of.occurredOn} /> : <span class="muted">{words.documentPage.undated}</span>}</div>
      <div class="what">
        <strong>{label(words, 'DirectiveEventKind', of.kind)}</strong>
        {of.progressUpdate?.percent !== null && of.progressUpdate?.percent !== undefined && <span class="tag">{of.progressUpdate.percent}{'\u202f'}%</span>}
        {of.agency && <span class="muted"> {of.agency.name}</span>}
        {text && <p>{text}</p>}
        {of.deadline?.dueOn && <p><Day value={of.deadline.dueOn} /></p>}
        {of.progressUpdate?.obstacles && <p class="note">{words.directivePage.obstacles}: {of.progressUpdate.obstacles}</p>}
        {of.otherDirective && <p><Link to={path.directive(of.otherDirective.code)}>{of.otherDirective.title}</Link></p>}
      </div>
    </li>
  );
}
