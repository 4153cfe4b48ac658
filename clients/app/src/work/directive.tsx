// A directive's work: each step that the viewer may take now, and nothing else.
import { useRef, useState } from 'preact/hooks';
import { client, formatDay, type TypedDocument } from '../kit.ts';
import { Link, path } from '../router.tsx';
import type { Params } from '../routes.ts';
import { Empty, Loaded, Page, Section } from '../ui/page.tsx';
import { Status } from '../ui/status.tsx';
import { Facts } from '../ui/table.tsx';
import { Day } from '../ui/values.tsx';
import { label, useLanguage, useWords } from '../words/index.ts';
import { type Acting, send, useActing, useKept, useMutate, useOnline } from './ask.ts';
import { DIRECTIVE, type DirectiveAnswer, type Mended, STEPS, type WorkOfDirective } from './documents.ts';
import { type Added, Evidence } from './evidence.tsx';
import { Disclosure, errorAt, ForViewer, KeptNote, Note, Select, TextArea, TextField, Trouble } from './parts.tsx';
import { useTold } from './live.ts';
import { upload } from './upload.ts';
import { useWork } from './words.ts';

export default function Screen({ params }: { params: Params }) {
  const words = useWork();
  return <ForViewer title={words.directive.title}>{() => <DirectiveScreen id={params.id!} />}</ForViewer>;
}

function DirectiveScreen({ id }: { id: string }) {
  const words = useWork();
  const online = useOnline();
  const asked = useKept(DIRECTIVE, { id });
  const live = useTold(['DIRECTIVE'], asked.reload);
  const directive = asked.data?.node ?? null;
  return (
    <Page title={directive?.title ?? words.directive.title} kicker={words.directive.title} live={live}
      lead={directive && (
        <span class="row"><Status value={directive.state} type="DirectiveState" quiet /><Status value={directive.timeliness} type="Timeliness" quiet /></span>
      )}
      actions={directive && <Link class="button" to={path.directive(directive.code)}>{words.directive.page}</Link>}>
      <KeptNote at={online ? null : asked.keptAt} />
      <Loaded asked={asked}>{() => (directive ? <Work key={id} directive={directive} reload={asked.reload} /> : <Empty>{words.directive.notFound}</Empty>)}</Loaded>
    </Page>
  );
}

interface StepProps {
  directive: WorkOfDirective;
  acting: Acting;
  /** Takes a step; `told` is said once it is done. */
  take: <Input>(document: TypedDocument<Record<string, DirectiveAnswer>, { input: Input }>, input: Input, told: string) => Promise<boolean>;
  /** The same through the outbox, for what is reported on the way. */
  takeLater: <Input>(document: TypedDocument<Record<string, DirectiveAnswer>, { input: Input }>, input: Input, told: string) => Promise<boolean>;
}

function Work({ directive, reload }: { directive: WorkOfDirective; reload: () => void }) {
  const words = useWork();
  const acting = useActing();
  const mutate = useMutate();
  const [told, setTold] = useState<{ tone: 'good' | 'warn' | 'info'; text: string } | null>(null);
  const [turn, setTurn] = useState(0);
  const settle = (answer: DirectiveAnswer | undefined, text: string): readonly Mended[] => {
    if (answer?.directive) {
      setTold({ tone: 'good', text });
      setTurn(turn => turn + 1);
      reload();
      return [];
    }
    const stale = answer?.userErrors.some(({ code }) => code === 'STALE' || code === 'NOT_IN_STATE');
    if (stale && answer?.current) {
      setTold({ tone: 'warn', text: words.directive.stale });
      reload();
      return [];
    }
    return answer?.userErrors ?? [];
  };
  const take: StepProps['take'] = (document, input, text) => acting.run(async () => {
    setTold(null);
    return settle(Object.values(await mutate(document, { input }))[0], text);
  });
  const takeLater: StepProps['takeLater'] = (document, input, text) => acting.run(async () => {
    setTold(null);
    const item = await send(document, { input }, directive.title);
    if (item.state === 'waiting') {
      setTold({ tone: 'info', text: words.figure.keptHere });
      setTurn(turn => turn + 1);
      return [];
    }
    if (item.state === 'refused') await client.outbox.discard(item.id);
    if (item.state === 'refused' && !item.result) throw item.problem!;
    return settle(Object.values((item.result ?? {}) as Record<string, DirectiveAnswer>)[0], text);
  });
  const step: StepProps = { directive, acting, take, takeLater };
  const can = directive.viewerCan;
  // Delegating a part has no form here.
  const nothing = !can || !Object.entries(can).some(([step, may]) => may && step !== 'delegate');
  return (
    <div class="grid wide-left">
      <Section title={words.directive.workHere}>
        <div class="stack">
          {told && <Note tone={told.tone}>{told.text}</Note>}
          <Trouble acting={acting} fields={['narrative', 'percent', 'reason', 'proposedOn', 'counterOn', 'question', 'answer', 'unfinishedPartsReason']} />
          {nothing && !told && <Empty>{words.directive.nothing}</Empty>}
          {can && (
            <div class="stack" key={turn}>
              {can.decideExtension && <DecideExtension {...step} />}
              {can.answerCounterOffer && <AnswerOffer {...step} />}
              {can.giveInput && <GiveInput {...step} />}
              <div class="acts">
                {(can.confirmDone || can.sendBack) && <Confirm {...step} />}
                {can.accept && (
                  <button type="button" class="button primary" disabled={acting.busy}
                    onClick={() => void take(STEPS.accept, { directive: directive.id, expectedVersion: directive.version }, words.directive.accepted)}>{words.directive.accept}</button>
                )}
                {can.reportProgress && <Progress {...step} />}
                {can.requestExtension && <AskForTime {...step} />}
                {can.requestInput && (directive.coordinators ?? []).some(({ agency }) => agency) && <AskForInput {...step} />}
                {can.reportDone && <ReportDone {...step} />}
                {can.cancel && <Cancel {...step} />}
              </div>
            </div>
          )}
        </div>
      </Section>
      <Aside directive={directive} />
    </div>
  );
}

function Aside({ directive }: { directive: WorkOfDirective }) {
  const words = useWork();
  const language = useLanguage();
  const shell = useWords();
  const [progress] = directive.lastProgress?.nodes ?? [];
  const [extension] = directive.extensionRequests?.slice(-1) ?? [];
  const moved = directive.originalDueOn && directive.originalDueOn !== directive.dueOn;
  return (
    <Section title={words.figure.stateNow}>
      <div class="stack">
        <Facts of={[
          [words.directive.due, <><Day value={directive.dueOn} />{moved && <span class="muted small"> · {words.directive.original(formatDay(directive.originalDueOn!, language))}</span>}</>],
          [words.directive.lead, (directive.leads ?? []).map(({ name }) => name).join(', ')],
          [words.directive.extension, extension && <>{label(shell, 'ExtensionState', extension.state)} · <Day value={extension.proposedOn} /></>],
        ]} />
        {directive.isBlocked && <Note tone="warn">{words.directive.blocked}</Note>}
        {progress && (
          <div>
            <h3>{words.directive.lastProgress} · <Day value={progress.reportedOn} /></h3>
            <p>{progress.percent !== null && <strong>{progress.percent} % · </strong>}{progress.narrative}</p>
            {progress.obstacles && <p class="muted">{words.directive.obstacles}: {progress.obstacles}</p>}
            <ul class="files">{(progress.attachments ?? []).map(({ id, name, link }) => <li key={id}>{link ? <a href={link} download>{name}</a> : name}</li>)}</ul>
          </div>
        )}
      </div>
    </Section>
  );
}

const given = (text: string): string | undefined => text.trim() || undefined;

/** Files that go with a step. They need a network: what is told in words goes through the outbox without one. */
function useFiles() {
  const [added, setAdded] = useState<Added[]>([]);
  /** What has arrived already, by name: another try does not send it again. */
  const arrived = useRef(new Map<string, string>());
  return {
    field: (id: string) => (
      <Evidence id={id} attached={[]} added={added} onAdd={file => setAdded([...added, file])} onDrop={() => undefined}
        onDropAdded={name => setAdded(added.filter(file => file.name !== name))} />
    ),
    /** Their ids; null if they could not be sent, which the form then says. */
    send: async (acting: Acting): Promise<string[] | null> => {
      const ids: string[] = [];
      if (added.length === 0) return ids;
      const sent = await acting.run(async () => {
        for (const { name, file } of added) {
          const id = arrived.current.get(name) ?? await upload(file);
          arrived.current.set(name, id);
          ids.push(id);
        }
      });
      return sent ? ids : null;
    },
  };
}

function Progress({ directive, acting, takeLater }: StepProps) {
  const words = useWork();
  const [percent, setPercent] = useState('');
  const [narrative, setNarrative] = useState('');
  const [obstacles, setObstacles] = useState('');
  const [evidence, setEvidence] = useState('');
  const files = useFiles();
  const submit = async (event: Event) => {
    event.preventDefault();
    const attachments = await files.send(acting);
    if (!attachments) return;
    const input = { directive: directive.id, attachments, percent: percent === '' ? undefined : Number(percent), narrative, obstacles: given(obstacles), evidence: given(evidence) };
    void takeLater(STEPS.progress, input, words.directive.progressSent);
  };
  return (
    <Disclosure title={words.directive.progress}>
      {() => (
        <form class="form" onSubmit={submit}>
          <TextField id="percent" label={words.directive.percent} value={percent} onInput={setPercent} inputmode="numeric" error={errorAt(acting, 'percent')} />
          <TextArea id="narrative" label={words.directive.narrative} value={narrative} onInput={setNarrative} error={errorAt(acting, 'narrative')} required />
          <TextArea id="obstacles" label={words.directive.obstacles} value={obstacles} onInput={setObstacles} rows={2} />
          <TextArea id="evidence-words" label={words.directive.evidence} value={evidence} onInput={setEvidence} rows={2} />
          {files.field('progress-files')}
          <div class="row"><button class="button primary" disabled={acting.busy}>{words.common.send}</button></div>
        </form>
      )}
    </Disclosure>
  );
}

function AskForTime({ directive, acting, take }: StepProps) {
  const words = useWork();
  const [day, setDay] = useState('');
  const [reason, setReason] = useState('');
  const submit = (event: Event) => {
    event.preventDefault();
    void take(STEPS.extension, { directive: directive.id, proposedOn: day, reason }, words.directive.extensionSent);
  };
  return (
    <Disclosure title={words.directive.extension}>
      {() => (
        <form class="form" onSubmit={submit}>
          <TextField id="proposed" label={words.directive.proposedOn} type="date" value={day} onInput={setDay} error={errorAt(acting, 'proposedOn')} required />
          <TextArea id="extension-reason" label={words.directive.reason} value={reason} onInput={setReason} error={errorAt(acting, 'reason')} required />
          <div class="row"><button class="button primary" disabled={acting.busy}>{words.common.send}</button></div>
        </form>
      )}
    </Disclosure>
  );
}

function DecideExtension({ directive, acting, take }: StepProps) {
  const words = useWork();
  const language = useLanguage();
  const [reason, setReason] = useState('');
  const [counter, setCounter] = useState('');
  const [offers, setOffers] = useState(false);
  const request = (directive.extensionRequests ?? []).find(({ state }) => state === 'REQUESTED');
  if (!request) return null;
  const decide = (decision: string) => {
    const input = { extensionRequest: request.id, expectedVersion: directive.version, decision, counterOn: decision === 'COUNTER' ? counter : undefined, reason: given(reason) };
    void take(STEPS.decide, input, words.directive.decided);
  };
  return (
    <div class="stack">
      <h3>{words.directive.decide}</h3>
      <p>{words.directive.asked(request.agency?.name ?? '', formatDay(request.proposedOn, language))}</p>
      <p class="quote">{request.reason}</p>
      <TextArea id="decision-reason" label={words.directive.decisionReason} value={reason} onInput={setReason} rows={2} error={errorAt(acting, 'reason')} />
      {offers && <TextField id="counter" label={words.directive.counterOn} type="date" value={counter} onInput={setCounter} error={errorAt(acting, 'counterOn')} />}
      <div class="row">
        {!offers && <button type="button" class="button primary" disabled={acting.busy} onClick={() => decide('APPROVE')}>{words.directive.approve}</button>}
        {!offers && <button type="button" class="button" disabled={acting.busy} onClick={() => decide('REFUSE')}>{words.directive.refuse}</button>}
        <button type="button" class={`button${offers ? ' primary' : ''}`} disabled={acting.busy || (offers && !counter)} onClick={() => (offers ? decide('COUNTER') : setOffers(true))}>{words.directive.counter}</button>
        {offers && <button type="button" class="button" onClick={() => setOffers(false)}>{words.common.cancel}</button>}
      </div>
    </div>
  );
}

function AnswerOffer({ directive, acting, take }: StepProps) {
  const words = useWork();
  const language = useLanguage();
  const request = (directive.extensionRequests ?? []).find(({ state }) => state === 'COUNTERED');
  if (!request) return null;
  const answer = (accept: boolean) => void take(STEPS.answerOffer, { extensionRequest: request.id, expectedVersion: directive.version, accept }, words.directive.answered);
  return (
    <Note tone="warn" title={words.directive.offer(request.counterOn ? formatDay(request.counterOn, language) : '')}
      actions={
        <>
          <button type="button" class="button primary" disabled={acting.busy} onClick={() => answer(true)}>{words.directive.takeOffer}</button>
          <button type="button" class="button" disabled={acting.busy} onClick={() => answer(false)}>{words.directive.declineOffer}</button>
        </>
      }>
      {request.decisionReason}
    </Note>
  );
}

function ReportDone({ directive, acting, take }: StepProps) {
  const words = useWork();
  const [narrative, setNarrative] = useState('');
  const [evidence, setEvidence] = useState('');
  const [why, setWhy] = useState('');
  const files = useFiles();
  const unfinished = directive.unfinishedParts ?? [];
  const submit = async (event: Event) => {
    event.preventDefault();
    const attachments = await files.send(acting);
    if (!attachments) return;
    const input = { directive: directive.id, attachments, expectedVersion: directive.version, narrative, evidence: given(evidence), unfinishedPartsReason: given(why) };
    void take(STEPS.done, input, words.directive.doneSent);
  };
  return (
    <Disclosure title={words.directive.done} primary>
      {() => (
        <form class="form" onSubmit={submit}>
          <TextArea id="done-narrative" label={words.directive.narrative} value={narrative} onInput={setNarrative} error={errorAt(acting, 'narrative')} required />
          <TextArea id="done-evidence" label={words.directive.evidence} value={evidence} onInput={setEvidence} rows={2} />
          {files.field('done-files')}
          {unfinished.length > 0 && (
            <TextArea id="unfinished" label={words.directive.unfinished(unfinished.length)} value={why} onInput={setWhy} rows={2} error={errorAt(acting, 'unfinishedPartsReason')} required />
          )}
          <div class="row"><button class="button primary" disabled={acting.busy}>{words.common.send}</button></div>
        </form>
      )}
    </Disclosure>
  );
}

function Confirm({ directive, acting, take }: StepProps) {
  const words = useWork();
  const [note, setNote] = useState('');
  const [reason, setReason] = useState('');
  const seen = { directive: directive.id, expectedVersion: directive.version };
  const confirm = (event: Event) => {
    event.preventDefault();
    void take(STEPS.confirm, { ...seen, note: given(note) }, words.directive.confirmed);
  };
  const sendBack = (event: Event) => {
    event.preventDefault();
    void take(STEPS.sendBack, { ...seen, reason }, words.directive.sentBack);
  };
  return (
    <>
      {directive.viewerCan?.confirmDone && (
        <Disclosure title={words.directive.confirm} primary>
          {() => (
            <form class="form" onSubmit={confirm}>
              <TextArea id="confirm-note" label={words.directive.confirmNote} value={note} onInput={setNote} rows={2} />
              <div class="row"><button class="button primary" disabled={acting.busy}>{words.directive.confirm}</button></div>
            </form>
          )}
        </Disclosure>
      )}
      {directive.viewerCan?.sendBack && (
        <Disclosure title={words.directive.sendBack}>
          {() => (
            <form class="form" onSubmit={sendBack}>
              <TextArea id="back-reason" label={words.directive.reason} value={reason} onInput={setReason} error={errorAt(acting, 'reason')} required />
              <div class="row"><button class="button primary" disabled={acting.busy}>{words.common.send}</button></div>
            </form>
          )}
        </Disclosure>
      )}
    </>
  );
}

function Cancel({ directive, acting, take }: StepProps) {
  const words = useWork();
  const [reason, setReason] = useState('');
  const submit = (event: Event) => {
    event.preventDefault();
    void take(STEPS.cancel, { directive: directive.id, expectedVersion: directive.version, reason }, words.directive.cancelled);
  };
  return (
    <Disclosure title={words.directive.cancel}>
      {close => (
        <form class="form" onSubmit={submit}>
          <TextArea id="cancel-reason" label={words.directive.reason} value={reason} onInput={setReason} error={errorAt(acting, 'reason')} required />
          <div class="row">
            <button class="button danger" disabled={acting.busy}>{words.directive.cancel}</button>
            <button type="button" class="button" onClick={close}>{words.common.cancel}</button>
          </div>
        </form>
      )}
    </Disclosure>
  );
}

function AskForInput({ directive, acting, take }: StepProps) {
  const words = useWork();
  const agencies = (directive.coordinators ?? []).flatMap(({ agency }) => (agency ? [agency] : []));
  const [whom, setWhom] = useState(agencies[0]?.code ?? '');
  const [question, setQuestion] = useState('');
  const [day, setDay] = useState('');
  const submit = (event: Event) => {
    event.preventDefault();
    void take(STEPS.askInput, { directive: directive.id, coordinator: whom, question, dueOn: given(day) }, words.directive.inputAsked);
  };
  return (
    <Disclosure title={words.directive.askInput}>
      {() => (
        <form class="form" onSubmit={submit}>
          <Select id="whom" label={words.directive.whom} value={whom} onChange={setWhom} options={agencies.map(({ code, name }) => [code, name])} />
          <TextArea id="question" label={words.directive.question} value={question} onInput={setQuestion} rows={2} error={errorAt(acting, 'question')} required />
          <TextField id="input-due" label={words.directive.inputDue} type="date" value={day} onInput={setDay} error={errorAt(acting, 'dueOn')} />
          <div class="row"><button class="button primary" disabled={acting.busy}>{words.common.send}</button></div>
        </form>
      )}
    </Disclosure>
  );
}

function GiveInput({ directive, acting, take }: StepProps) {
  const words = useWork();
  const [answer, setAnswer] = useState('');
  const request = (directive.inputRequests ?? []).find(({ answer }) => answer === null);
  if (!request) return null;
  const submit = (event: Event) => {
    event.preventDefault();
    void take(STEPS.giveInput, { inputRequest: request.id, answer }, words.directive.inputGiven);
  };
  return (
    <form class="form" onSubmit={submit}>
      <h3>{words.directive.input}: {request.coordinator?.name}</h3>
      <p class="quote">{request.question}{request.dueOn && <> (<Day value={request.dueOn} />)</>}</p>
      <TextArea id="answer" label={words.directive.answer} value={answer} onInput={setAnswer} error={errorAt(acting, 'answer')} required />
      <div class="row"><button class="button primary" disabled={acting.busy}>{words.directive.giveInput}</button></div>
    </form>
  );
}
