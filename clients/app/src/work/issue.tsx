// Issuing a directive: from a clause of a document, to agencies that are found by typing, with a deadline in the document's words.
import { useEffect, useRef, useState } from 'preact/hooks';
import { client } from '../kit.ts';
import { Link, navigate, usePlace } from '../router.tsx';
import type { Params } from '../routes.ts';
import { programme } from '../state.ts';
import { Loaded, Page } from '../ui/page.tsx';
import { fold } from '../ui/fold.ts';
import { Icon, ICONS } from '../ui/icons.tsx';
import { useActing, useKept, useLabels, useMutate } from './ask.ts';
import { type DocumentToIssueFrom, FIND_AGENCIES, ISSUE, type Mended, type Named, TO_ISSUE_FROM } from './documents.ts';
import { errorAt, ForViewer, Note, Select, TextArea, TextField, Trouble } from './parts.tsx';
import { useWork } from './words.ts';

export default function Issue(_: { params: Params }) {
  const words = useWork();
  return <ForViewer title={words.issue.title} roles={['LEADER']}>{() => <IssueScreen />}</ForViewer>;
}

function IssueScreen() {
  const words = useWork();
  const asked = useKept(TO_ISSUE_FROM, {});
  return (
    <Page title={words.issue.title}>
      <Loaded asked={asked}>{({ documents, programmes }) => <Form documents={documents.nodes} programmes={programmes.nodes} />}</Loaded>
    </Page>
  );
}

const FIELDS = ['document', 'clause', 'programme', 'title', 'content', 'expectedOutput', 'leads', 'coordinators', 'deadline', 'visibility'];

function Form({ documents, programmes }: { documents: DocumentToIssueFrom[]; programmes: Named[] }) {
  const words = useWork();
  const labels = useLabels('Visibility');
  const { search } = usePlace();
  const acting = useActing();
  const mutate = useMutate();
  const assigner = client.session.viewer?.agency?.code ?? '';
  // Those of one's own agency first: a leader issues most often what their own office has written.
  const sorted = [...documents].sort((a, b) => Number(b.issuer?.code === assigner) - Number(a.issuer?.code === assigner));
  const [document, setDocument] = useState(search.get('document') ?? sorted[0]?.code ?? '');
  const [clause, setClause] = useState('');
  const [within, setWithin] = useState(programme.get()?.code ?? programmes[0]?.code ?? '');
  const [title, setTitle] = useState('');
  const [content, setContent] = useState('');
  const [output, setOutput] = useState('');
  const [leads, setLeads] = useState<Named[]>([]);
  const [coordinators, setCoordinators] = useState<Named[]>([]);
  const [deadline, setDeadline] = useState('');
  const [visibility, setVisibility] = useState('PUBLIC');
  const [urgent, setUrgent] = useState(false);
  const [issued, setIssued] = useState<{ id: string; code: string } | null>(null);

  const submit = (event: Event) => {
    event.preventDefault();
    void acting.run(async () => {
      const input = {
        document, clause: clause.trim(), programme: within, assigner, visibility, title: title.trim(), priority: urgent ? 'URGENT' : 'NORMAL',
        content: content.trim() || undefined, expectedOutput: output.trim() || undefined, leads: leads.map(({ code }) => code),
        coordinators: coordinators.map(({ code }) => ({ agency: code })), deadline: deadline.trim() ? { words: deadline.trim() } : undefined,
      };
      const { issueDirective: answer } = await mutate(ISSUE, { input });
      if (answer.directive) setIssued(answer.directive);
      return withNames(answer.userErrors, [...leads, ...coordinators]);
    });
  };

  if (issued) {
    const to = `/app/work/directives/${encodeURIComponent(issued.id)}`;
    return <Note tone="good" actions={<><Link class="button primary" to={to}>{words.outbox.open}</Link><button type="button" class="button" onClick={() => navigate('/app/work/review')}>{words.common.close}</button></>}>{words.issue.issued} <code>{issued.code}</code></Note>;
  }
  return (
    <section class="section">
      <form class="form" onSubmit={submit}>
        <TextArea id="title" label={words.issue.what} value={title} onInput={setTitle} rows={2} error={errorAt(acting, 'title')} required />
        <Finder id="leads" label={words.issue.leads} within={assigner} chosen={leads} onChange={setLeads} error={errorAt(acting, 'leads')} />
        <Finder id="coordinators" label={words.issue.coordinators} within={assigner} chosen={coordinators} onChange={setCoordinators} error={errorAt(acting, 'coordinators')} />
        <TextField id="deadline" label={words.issue.deadline} hint={words.issue.deadlineHint} value={deadline} onInput={setDeadline} error={errorAt(acting, 'deadline')} autocomplete="off" />
        <label class="check"><input type="checkbox" checked={urgent} onChange={event => setUrgent(event.currentTarget.checked)} />{words.issue.urgent}</label>
        <Select id="document" label={words.issue.document} value={document} onChange={setDocument} error={errorAt(acting, 'document')}
          options={sorted.map(({ code, symbol, title }) => [code, `${symbol ?? code}: ${title}`])} />
        <TextField id="clause" label={words.issue.clause} hint={words.issue.clauseHint} value={clause} onInput={setClause} error={errorAt(acting, 'clause')} autocomplete="off" required />
        <Select id="programme" label={words.issue.programme} value={within} onChange={setWithin} error={errorAt(acting, 'programme')} options={programmes.map(({ code, name }) => [code, name])} />
        <TextArea id="content" label={words.issue.content} value={content} onInput={setContent} error={errorAt(acting, 'content')} />
        <TextArea id="output" label={words.issue.output} value={output} onInput={setOutput} rows={2} error={errorAt(acting, 'expectedOutput')} />
        <Select id="visibility" label={words.issue.visibility} value={visibility} onChange={setVisibility} error={errorAt(acting, 'visibility')}
          options={labels.all('Visibility')} />
        <Trouble acting={acting} fields={FIELDS} />
        <div class="form-end"><button class="button primary" disabled={acting.busy}>{words.issue.submit}</button></div>
      </form>
    </section>
  );
}

type Found = Named & { ancestors: Named[] | null };

const SHOWN = 8;

/** Those whose name begins with what is typed come first: whoever types the name of one agency means that one. */
function firstOf(found: Found[], typed: string): Found[] {
  const beginning = fold(typed);
  const begins = ({ name }: Found) => Number(fold(name).startsWith(beginning));
  return [...found].sort((a, b) => begins(b) - begins(a)).slice(0, SHOWN);
}

/** Names instead of codes in what the server says of agencies that were chosen here. */
function withNames(errors: readonly Mended[], chosen: readonly Named[]): Mended[] {
  const longest = [...chosen].sort((a, b) => b.code.length - a.code.length);
  return errors.map(error => ({ ...error, message: longest.reduce((text, { code, name }) => text.replaceAll(code, name), error.message) }));
}

/** Agencies below that of whoever issues it, by a part of their name; whoever has the same name elsewhere is told apart by what stands above. */
function Finder({ id, label, within, chosen, onChange, error }: { id: string; label: string; within: string; chosen: Named[]; onChange: (chosen: Named[]) => void; error?: string | undefined }) {
  const words = useWork();
  const [text, setText] = useState('');
  const [found, setFound] = useState<Found[] | null>(null);
  const field = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const typed = text.trim();
    setFound(null);
    if (typed.length < 2) return;
    const abort = new AbortController();
    const timer = setTimeout(() => {
      client.query(FIND_AGENCIES, { text: `${typed}*`, subtree: within || null }, { signal: abort.signal }).then(
        ({ agencies }) => setFound(firstOf(agencies.nodes, typed)),
        () => undefined,
      );
    }, 200);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [text, within]);
  const add = (agency: Named) => {
    onChange([...chosen.filter(({ code }) => code !== agency.code), agency]);
    setText('');
    field.current?.querySelector('input')?.focus();
  };
  return (
    <div class="finder" ref={field}>
      <TextField id={id} label={label} value={text} onInput={setText} hint={chosen.length === 0 ? words.issue.find : undefined} error={error} autocomplete="off" />
      {chosen.length > 0 && (
        <div class="chips">
          {chosen.map(({ code, name }) => (
            <span class="chip" key={code}>{name}
              <button type="button" aria-label={`${words.common.remove} ${name}`} onClick={() => onChange(chosen.filter(one => one.code !== code))}><Icon d={ICONS.close} size={14} /></button>
            </span>
          ))}
        </div>
      )}
      {found && (
        <div class="finder-list" role="group" aria-label={label}>
          {found.length === 0 && <p class="muted small">{words.issue.none}</p>}
          {found.map(agency => (
            <button type="button" key={agency.code} onClick={() => add(agency)}>
              {agency.name}{agency.ancestors?.length ? <span class="muted small"> · {agency.ancestors.at(-1)!.name}</span> : null}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
