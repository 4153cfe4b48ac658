// A figure: typed, kept, sent, handed in; and when it came back, why.
import { useEffect, useRef, useState } from 'preact/hooks';
import { client, dayOf, formatDay, formatPercent, formatPeriod, type Language, Problem, type OutboxItem } from '../kit.ts';
import { Link, path } from '../router.tsx';
import type { Params } from '../routes.ts';
import { Empty, Loaded, Page, Section } from '../ui/page.tsx';
import { Status } from '../ui/status.tsx';
import { Figure as Number, Instant } from '../ui/values.tsx';
import { label, useLanguage, useWords } from '../words/index.ts';
import { send, useActing, useKept, useMutate, useOnline, useOutbox } from './ask.ts';
import { Conflict } from './conflict.tsx';
import {
  ANSWER_NIL, type Attachment, DRAFT, type DraftInput, type Figure, FIGURE_PAGE, type FigureAnswer, type FigureKey, type FigurePage, type Mended,
  type Obligation, REQUEST_UNLOCK, WITHDRAW,
} from './documents.ts';
import { type Added, Evidence } from './evidence.tsx';
import { type FieldName, fieldsOf, figureKey, onTopOf, outcomeOf, ratioOf, read, retyped, type Typed, typedFrom, typedOf } from './form.ts';
import { kept, photos } from './kept.ts';
import { isOverdue } from './owed.tsx';
import { type Parcel, parcels, useParcels } from './parcels.ts';
import { Disclosure, errorAt, ForViewer, KeptNote, Note, Select, TextArea, TextField, Trouble } from './parts.tsx';
import { upload } from './upload.ts';
import { useTold } from './live.ts';
import { useWork } from './words.ts';

export default function Screen({ params }: { params: Params }) {
  const words = useWork();
  const key: FigureKey = { indicator: params.indicator!, subject: params.subject!, regime: params.regime!, period: params.period! };
  return <ForViewer title={words.figure.stateNow} roles={['REPORTER', 'HEAD']}>{roles => <FigureScreen of={key} isReporter={roles.includes('REPORTER')} />}</ForViewer>;
}

/** What was typed and not saved, so that a phone that closes the app loses nothing. */
interface Unsaved {
  typed: Typed;
  /** In which language its numbers are written. */
  language: Language;
  seen: Figure | null;
  /** Names under which photographs are kept that go with it. */
  photos: string[];
}

function FigureScreen({ of, isReporter }: { of: FigureKey; isReporter: boolean }) {
  const words = useWork();
  const language = useLanguage();
  const online = useOnline();
  const asked = useKept(FIGURE_PAGE, of);
  const outbox = useOutbox();
  const live = useTold(['MEASUREMENT'], asked.reload);
  const unsaved = useUnsaved(of);
  const photographed = useParcels();
  const obligation = asked.data?.obligations.nodes[0] ?? null;
  const title = obligation?.indicator.name ?? words.common.loading;
  const kicker = `${formatPeriod(of.period, language)}${obligation ? ` · ${obligation.subject.name}` : ''}`;
  return (
    <Page title={title} kicker={kicker} live={live}
      lead={obligation && (
        <span class="row">
          <Status value={obligation.state} type="ObligationState" quiet />
          <span class={isOverdue(obligation) ? 'late-head' : ''}>
            {(isOverdue(obligation) ? words.owed.late : words.owed.dueOn)(formatDay(obligation.dueOn, language))}
          </span>
        </span>
      )}>
      <KeptNote at={online ? null : asked.keptAt} />
      {!online && <Note tone="warn" title={words.outbox.offline}>{words.outbox.offlineHint}</Note>}
      <Loaded asked={asked}>
        {data => {
          if (!obligation) return <Empty>{words.figure.notFound}</Empty>;
          if (outbox === null || unsaved === undefined || photographed === null) return null;
          const parcel = photographed.find(({ input }) => figureKey(input) === figureKey(of)) ?? null;
          const item = outbox.filter(({ variables, state }) => state !== 'sent' && isAbout(variables, of)).at(-1) ?? null;
          return (
            <div class="grid wide-left">
              <Work key={figureKey(of)} of={of} obligation={obligation} item={item} outbox={outbox} parcel={parcel} unsaved={unsaved} isReporter={isReporter} reload={asked.reload} />
              <Beside data={data} obligation={obligation} />
            </div>
          );
        }}
      </Loaded>
    </Page>
  );
}

const isAbout = (variables: Readonly<Record<string, unknown>>, of: FigureKey): boolean => {
  const input = variables.input as Partial<FigureKey> | undefined;
  return input?.indicator === of.indicator && figureKey(input as FigureKey) === figureKey(of);
};

const unsavedKey = (of: FigureKey) => `unsaved:${client.session.viewer?.login ?? ''}:${figureKey(of)}`;

/** Undefined until the device has looked. */
function useUnsaved(of: FigureKey): Unsaved | null | undefined {
  const [unsaved, setUnsaved] = useState<Unsaved | null | undefined>(undefined);
  useEffect(() => void kept.read<Unsaved>(unsavedKey(of)).then(copy => setUnsaved(copy?.data ?? null)), []);
  return unsaved;
}

interface WorkProps {
  of: FigureKey;
  obligation: Obligation;
  /** What of this figure waits on this device, or was refused. */
  item: OutboxItem | null;
  outbox: readonly OutboxItem[];
  /** The same with photographs that are still here. */
  parcel: Parcel | null;
  unsaved: Unsaved | null;
  isReporter: boolean;
  reload: () => void;
}

type Done = 'saved' | 'submitted' | 'kept' | 'nil' | 'withdrawn' | 'unlock';

interface Standing {
  sent: DraftInput;
  current: Figure;
}

function Work({ of, obligation, item, outbox, parcel, unsaved, isReporter, reload }: WorkProps) {
  const words = useWork();
  const language = useLanguage();
  const acting = useActing();
  const mutate = useMutate();
  const { indicator, measurement } = obligation;
  const [seen, setSeen] = useState<Figure | null>(unsaved ? unsaved.seen : measurement);
  const [written, setWritten] = useState<{ typed: Typed; language: Language }>(() => {
    const waiting = (item?.variables.input as DraftInput | undefined) ?? parcel?.input;
    if (waiting) return { typed: typedFrom(waiting, language), language };
    return unsaved ? { typed: unsaved.typed, language: unsaved.language } : { typed: typedOf(measurement, language), language };
  });
  // Whoever changes the language finds the same numbers, written in the other way.
  const typed = retyped(written.typed, written.language, language);
  const setTyped = (typed: Typed) => setWritten({ typed, language });
  const [touched, setTouched] = useState(unsaved !== null && !item && !parcel);
  const [restored, setRestored] = useState(unsaved !== null && !item && !parcel);
  const [problems, setProblems] = useState<Partial<Record<FieldName, 'required' | 'number'>>>({});
  const [done, setDone] = useState<Done | null>(parcel || item?.state === 'waiting' ? 'kept' : null);
  const [conflict, setConflict] = useState<Standing | null>(null);
  const [files, setFiles] = useState<Attachment[] | null>(null);
  const [added, showAdded] = useState<Added[]>([]);
  const newest = useRef<readonly Added[]>(added);
  const setAdded = (next: Added[]) => {
    newest.current = next;
    showAdded(next);
  };
  /** What of them has arrived, by name: another try does not send it again. */
  const uploaded = useRef(new Map<string, string>());
  /** What this device has sent of this figure and then replaced: if the server has it, nobody else was quicker. */
  const earlier = useRef<DraftInput[]>([]);
  /** What was dealt with already, of the outbox. */
  const settled = useRef(new Set<string>());
  const watched = useRef<string | null>(item?.state === 'waiting' ? item.id : null);
  const form = useRef<HTMLFormElement>(null);
  /** Whether something was typed since the last sending: no answer may take that away. */
  const typing = useRef(touched);
  const touch = (now: boolean) => {
    typing.current = now;
    setTouched(now);
  };

  const attached = files ?? seen?.attachments ?? [];
  const about = `${indicator.name}, ${formatPeriod(of.period, language)}`;

  // What somebody else has changed is shown, unless something is being typed here: then it is found out when that is sent.
  useEffect(() => {
    if (touched || conflict || item || parcel || acting.busy || measurement?.version === seen?.version) return;
    setSeen(measurement);
    setTyped(typedOf(measurement, language));
    setFiles(null);
    setAdded([]);
  }, [measurement?.version, touched, item?.id]);

  // Photographs that wait here belong to the form again, so that saving once more does not leave them behind.
  useEffect(() => {
    const names = [...new Set([...(parcel?.photos ?? []), ...(unsaved?.photos ?? [])])];
    if (names.length === 0) return;
    void Promise.all(names.map(async name => ({ name, file: await photos.read(name) }))).then(found => {
      const here = found.flatMap(({ name, file }) => (file ? [{ name, file }] : []));
      setAdded([...here, ...newest.current.filter(({ name }) => !names.includes(name))]);
    });
  }, []);

  const keep = useRef<ReturnType<typeof setTimeout>>(undefined);
  const type = (name: FieldName) => (value: string) => {
    const next = { ...typed, [name]: value };
    setTyped(next);
    touch(true);
    setDone(null);
    if (problems[name]) setProblems({ ...problems, [name]: undefined });
    clearTimeout(keep.current);
    keep.current = setTimeout(() => keepTyped(next), 250);
  };
  const keepTyped = (typed: Typed) =>
    void kept.write<Unsaved>(unsavedKey(of), { typed, language, seen, photos: newest.current.map(({ name }) => name) });
  const add = (file: Added) => {
    setAdded([...newest.current, file]);
    touch(true);
    setDone(null);
    void photos.write(file.name, file.file).then(() => keepTyped(typed));
  };
  const dropAdded = (name: string) => {
    setAdded(newest.current.filter(file => file.name !== name));
    touch(true);
    void photos.drop(name);
    keepTyped(typed);
  };
  /** Photographs that are named by what was sent, or that nobody wants any more. */
  const letGo = () => {
    for (const { name } of newest.current) void photos.drop(name);
    setAdded([]);
    setFiles(null);
  };
  const clean = () => {
    clearTimeout(keep.current);
    touch(false);
    setRestored(false);
    void kept.drop(unsavedKey(of));
  };

  const accept = (figure: Figure, how: Done) => {
    setSeen(figure);
    setConflict(null);
    reload();
    if (typing.current) return;
    setTyped(typedOf(figure, language));
    letGo();
    clean();
    setDone(how);
  };

  /** What became of something that was sent. Answers what the person has to mend. */
  const settle = async (of: OutboxItem): Promise<Mended[]> => {
    const sent = of.variables.input as DraftInput;
    const answer = (of.result as { draftMeasurement?: FigureAnswer } | null)?.draftMeasurement;
    if (of.state === 'waiting') {
      watched.current = of.id;
      if (!typing.current) {
        letGo();
        clean();
        setDone('kept');
      }
      return [];
    }
    if (settled.current.has(of.id)) return [];
    settled.current.add(of.id);
    if (of.state === 'sent') {
      if (answer?.measurement) accept(answer.measurement, sent.submit ? 'submitted' : 'saved');
      return [];
    }
    if (answer?.current) {
      const outcome = outcomeOf(sent, answer.current, earlier.current);
      if (outcome === 'conflict') {
        setConflict({ sent, current: answer.current });
        return [];
      }
      await client.outbox.discard(of.id);
      if (outcome === 'again') return settle(await send(DRAFT, { input: onTopOf(sent, answer.current) }, of.about));
      accept(answer.current, sent.submit ? 'submitted' : 'saved');
      return [];
    }
    await client.outbox.discard(of.id);
    touch(true);
    if (answer?.userErrors.length) return answer.userErrors;
    throw of.problem ?? new Problem({ kind: 'graphql', code: 'INTERNAL', message: words.figure.refusedTitle });
  };

  // What was sent in the background, since the network is back or before this screen was opened.
  useEffect(() => {
    const background = item?.state === 'refused' ? item : outbox.find(({ id, state }) => id === watched.current && state === 'sent');
    if (!background || settled.current.has(background.id)) return;
    void acting.run(() => settle(background));
  }, [item?.id, item?.state, outbox]);

  const put = async (input: DraftInput) => {
    for (const old of outbox) {
      if (old.state === 'sent' || old.state === 'sending' || !isAbout(old.variables, of)) continue;
      earlier.current.push(old.variables.input as DraftInput);
      await client.outbox.discard(old.id);
    }
    await parcels.drop(input);
    return settle(await send(DRAFT, { input }, about));
  };

  const save = (submit: boolean) => acting.run(async () => {
    setDone(null);
    const { input, problems } = read(typed, indicator, of, language, submit, seen);
    setProblems(problems ?? {});
    if (!input) {
      requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus());
      return;
    }
    touch(false);
    // What waits of it may name files that have arrived already, and that the figure at the server does not have yet.
    const waiting = (parcel?.input ?? item?.variables.input as DraftInput | undefined)?.attachments;
    const arrived = (waiting ?? []).filter(id => !seen?.attachments?.some(file => file.id === id));
    const before = files ? [...new Set([...files.map(({ id }) => id), ...arrived])] : waiting ?? attached.map(({ id }) => id);
    if (files || waiting) input.attachments = before;
    if (added.length > 0) {
      try {
        const sent = [];
        for (const { name, file } of added) {
          const id = uploaded.current.get(name) ?? await upload(file);
          uploaded.current.set(name, id);
          sent.push(id);
        }
        input.attachments = [...new Set([...before, ...sent])];
      } catch (error) {
        touch(true);
        if (!(error instanceof Problem && error.retryable)) throw error;
        // What has arrived is named, the rest goes later. It stays in the form, so that saving once more takes it along.
        const ids = added.flatMap(({ name }) => uploaded.current.get(name) ?? []);
        const rest = added.filter(({ name }) => !uploaded.current.has(name));
        await Promise.all(rest.map(({ name, file }) => photos.write(name, file)));
        await parcels.put({ input: { ...input, attachments: [...new Set([...before, ...ids])] }, photos: rest.map(({ name }) => name), about });
        clean();
        setDone('kept');
        return;
      }
    }
    return put(input);
  });

  const keepMine = (standing: Standing) => acting.run(async () => {
    if (item) await client.outbox.discard(item.id);
    setConflict(null);
    return settle(await send(DRAFT, { input: onTopOf(standing.sent, standing.current) }, about));
  });
  const takeTheirs = (standing: Standing) => acting.run(async () => {
    if (item) await client.outbox.discard(item.id);
    setConflict(null);
    setSeen(standing.current);
    setTyped(typedOf(standing.current, language));
    letGo();
    clean();
    setDone(null);
    reload();
  });

  const withdraw = () => acting.run(async () => {
    const { withdrawMeasurement: answer } = await mutate(WITHDRAW, { input: { measurement: measurement!.id, expectedVersion: measurement!.version } });
    if (answer.measurement) accept(answer.measurement, 'withdrawn');
    else reload();
    return answer.userErrors;
  });

  const closed = obligation.viewerCan?.requestUnlock ?? false;
  const editable = isReporter && !closed && (measurement ? measurement.viewerCan?.draft ?? true : obligation.state !== 'NIL');
  const errorOf = (name: FieldName): string | undefined => {
    const own = problems[name];
    if (own) return own === 'required' ? words.common.required : words.figure.notANumber;
    return errorAt(acting, name);
  };
  const jumped = acting.mended.some(({ code }) => code === 'JUMP') || typed.comment !== '';

  return (
    <Section title={words.figure.value}>
      <div class="stack">
        {done && <DoneNote done={done} />}
        {conflict && (
          <Conflict standing={conflict} indicator={indicator} busy={acting.busy} keepMine={() => void keepMine(conflict)} takeTheirs={() => void takeTheirs(conflict)} />
        )}
        {measurement?.state === 'RETURNED' && !done && <Returned figure={measurement} />}
        {restored && !conflict && <Note tone="info">{words.figure.unsent}</Note>}
        {closed && <Closed obligation={obligation} onDone={() => setDone('unlock')} />}
        {!conflict && editable && (
          <form class="form" data-keeps ref={form} noValidate onSubmit={event => { event.preventDefault(); void save(false); }}>
            <NumberFields typed={typed} type={type} indicator={indicator} errorOf={errorOf} />
            <ObservationField value={typed.observation} onChange={type('observation')} />
            <TextArea id="note" label={words.figure.note} hint={words.figure.noteHint} value={typed.note} onInput={type('note')} error={errorOf('note')} />
            {jumped && (
              <TextArea id="comment" label={words.figure.comment} hint={words.figure.commentHint} value={typed.comment} onInput={type('comment')} error={errorOf('comment')} />
            )}
            <Evidence attached={attached} added={added} keeps onAdd={add}
              onDrop={id => { setFiles(attached.filter(file => file.id !== id)); touch(true); }}
              onDropAdded={dropAdded} />
            <Trouble acting={acting} fields={[...fieldsOf(indicator), 'observation', 'note', 'comment']} />
            <div class="form-end">
              {/* The Enter key saves: nobody hands in a figure by a slip of a thumb. */}
              <button type="button" class="button primary" disabled={acting.busy} onClick={() => void save(true)}>{words.figure.submit}</button>
              <button class="button" disabled={acting.busy}>{words.figure.saveDraft}</button>
            </div>
          </form>
        )}
        {!conflict && !editable && measurement && <Shown figure={measurement} obligation={obligation} />}
        {!conflict && !editable && <Trouble acting={acting} />}
        {!conflict && !editable && measurement?.viewerCan?.withdraw && (
          <div class="row"><button type="button" class="button" disabled={acting.busy} onClick={() => void withdraw()}>{words.figure.withdraw}</button></div>
        )}
        {!conflict && editable && !measurement && obligation.viewerCan?.answerNil && <Nil obligation={obligation} onDone={kept => { setDone(kept ? 'kept' : 'nil'); reload(); }} />}
      </div>
    </Section>
  );
}

function DoneNote({ done }: { done: Done }) {
  const words = useWork();
  const text = {
    saved: words.figure.saved, submitted: words.figure.submitted, kept: words.figure.keptHere, nil: words.figure.nilSent,
    withdrawn: words.figure.withdrawn, unlock: words.figure.unlockSent,
  }[done];
  return <Note tone={done === 'kept' ? 'info' : 'good'} actions={<Link to="/app/work">{words.owed.title}</Link>}>{text}</Note>;
}

function Returned({ figure }: { figure: Figure }) {
  const words = useWork();
  const language = useLanguage();
  const decision = [...(figure.decisions ?? [])].reverse().find(({ state }) => state === 'RETURNED');
  const reason = decision?.reason ?? figure.reason;
  const title = decision ? words.figure.returnedBy(decision.decidedBy?.fullName ?? null, formatDay(dayOf(decision.decidedAt), language)) : words.owed.returned;
  return <Note tone="warn" title={title}>{reason && <p>{words.figure.reason}: {reason}</p>}</Note>;
}

interface NumberFieldsProps {
  typed: Typed;
  type: (name: FieldName) => (value: string) => void;
  indicator: Obligation['indicator'];
  errorOf: (name: FieldName) => string | undefined;
}

function NumberFields({ typed, type, indicator, errorOf }: NumberFieldsProps) {
  const words = useWork();
  const shell = useWords();
  const language = useLanguage();
  if (indicator.valueKind === 'NARRATIVE') {
    return <TextArea id="narrative" label={words.figure.narrative} value={typed.narrative} onInput={type('narrative')} rows={5} error={errorOf('narrative')} required />;
  }
  if (indicator.valueKind === 'YES_NO') {
    return (
      <Select id="value" label={words.figure.yesNo} value={typed.value} onChange={type('value')} error={errorOf('value')}
        options={[['', '–'], ['1', words.figure.yes], ['0', words.figure.no]]} />
    );
  }
  const unit = label(shell, 'Unit', indicator.unit);
  const number = (name: 'value' | 'numerator' | 'denominator', hint?: string) => (
    <TextField key={name} id={name} label={name === 'value' && indicator.unit !== 'NONE' ? `${words.figure.value} (${unit})` : words.figure[name]} value={typed[name]}
      onInput={type(name)} inputmode="decimal" autocomplete="off" hint={hint} error={errorOf(name)} class="number-field" />
  );
  if (indicator.valueKind !== 'RATIO') return number('value', words.figure.numberHint);
  const ratio = ratioOf(typed, language);
  return (
    <div class="ratio">
      <div class="pair">{number('numerator')}{number('denominator')}</div>
      <p class="hint">{words.figure.numberHint}</p>
      {ratio !== null && <p class="ratio-shown" role="status">{words.figure.ratio(formatPercent(ratio.toFixed(Math.max(indicator.decimals, 1)), language))}</p>}
    </div>
  );
}

function ObservationField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const words = useWork();
  const shell = useWords();
  const options = ['PROVISIONAL', 'FINAL', 'ESTIMATED'].map(value => [value, label(shell, 'Observation', value)] as const);
  return <Select id="observation" label={words.figure.observation} value={value} onChange={onChange} options={options} />;
}

/** A figure that is not to be changed: what it says, and for whom it waits. */
function Shown({ figure, obligation }: { figure: Figure; obligation: Obligation }) {
  const words = useWork();
  const shell = useWords();
  const { indicator } = obligation;
  const isPublished = figure.state === 'PUBLISHED';
  return (
    <div class="stack">
      <p class="big-figure">{figure.narrative ?? <Number value={figure.value} unit={indicator.unit} places={indicator.decimals} />}</p>
      {figure.numerator !== null && (
        <p class="muted"><Number value={figure.numerator} /> / <Number value={figure.denominator} /> · {label(shell, 'Observation', figure.observation)}</p>
      )}
      {figure.note && <p>{figure.note}</p>}
      <p class="muted">{isPublished ? words.figure.publishedNow : words.figure.locked}</p>
      {isPublished && <p><Link to={path.indicator(indicator.code)}>{words.figure.openIndicator}</Link></p>}
    </div>
  );
}

function Nil({ obligation, onDone }: { obligation: Obligation; onDone: (kept: boolean) => void }) {
  const words = useWork();
  const acting = useActing();
  const [note, setNote] = useState('');
  const answer = (event: Event) => {
    event.preventDefault();
    void acting.run(async () => {
      const item = await send(ANSWER_NIL, { input: { assignment: obligation.assignment!.id, period: obligation.period, note } }, `${words.figure.nil}: ${obligation.indicator.name}`);
      if (item.state === 'refused') {
        await client.outbox.discard(item.id);
        throw item.problem!;
      }
      onDone(item.state === 'waiting');
    });
  };
  return (
    <Disclosure title={words.figure.nil}>
      {() => (
        <form class="form" onSubmit={answer}>
          <TextArea id="nil-note" label={words.figure.nilNote} value={note} onInput={setNote} required />
          <Trouble acting={acting} />
          <div class="row"><button class="button primary" disabled={acting.busy}>{words.common.send}</button></div>
        </form>
      )}
    </Disclosure>
  );
}

function Closed({ obligation, onDone }: { obligation: Obligation; onDone: () => void }) {
  const words = useWork();
  const language = useLanguage();
  const acting = useActing();
  const mutate = useMutate();
  const [reason, setReason] = useState('');
  const ask = (event: Event) => {
    event.preventDefault();
    void acting.run(async () => {
      const { requestUnlock } = await mutate(REQUEST_UNLOCK, { input: { assignment: obligation.assignment!.id, period: obligation.period, reason } });
      if (requestUnlock.userErrors.length === 0) onDone();
      return requestUnlock.userErrors;
    });
  };
  return (
    <Note tone="warn" title={words.figure.closedOn(formatDay(obligation.closesOn, language))}>
      <Disclosure title={words.figure.unlock}>
        {() => (
          <form class="form" onSubmit={ask}>
            <TextArea id="unlock-reason" label={words.figure.unlockReason} value={reason} onInput={setReason} required />
            <Trouble acting={acting} />
            <div class="row"><button class="button primary" disabled={acting.busy}>{words.common.send}</button></div>
          </form>
        )}
      </Disclosure>
    </Note>
  );
}

/** What helps to get it right: the periods before, and what was decided on the way. */
function Beside({ data, obligation }: { data: FigurePage; obligation: Obligation }) {
  const words = useWork();
  const language = useLanguage();
  const decisions = obligation.measurement?.decisions ?? [];
  return (
    <div class="stack">
      <Section title={words.figure.before} more={<Link to={path.indicator(obligation.indicator.code)}>{words.figure.openIndicator}</Link>}>
        {data.before.nodes.length === 0 ? <p class="muted">{words.figure.noBefore}</p> : (
          <dl class="before">
            {data.before.nodes.map(({ period, value, narrative }) => (
              <div key={period}>
                <dt>{formatPeriod(period, language)}</dt>
                <dd>{narrative ?? <Number value={value} unit={obligation.indicator.unit} places={obligation.indicator.decimals} />}</dd>
              </div>
            ))}
          </dl>
        )}
      </Section>
      {decisions.length > 0 && (
        <Section title={words.figure.decided}>
          <ul class="steps">
            {decisions.map(({ state, reason, decidedAt, decidedBy }) => (
              <li key={decidedAt + state}>
                <Status value={state} type="MeasurementState" />
                <span class="muted small">{decidedBy && `${decidedBy.fullName} · `}<Instant value={decidedAt} /></span>
                {reason && <p>{reason}</p>}
              </li>
            ))}
          </ul>
        </Section>
      )}
    </div>
  );
}
