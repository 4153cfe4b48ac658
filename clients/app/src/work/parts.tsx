// What the forms at work are made of, in the shell's design.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { client } from '../kit.ts';
import { Link, useSignInPath } from '../router.tsx';
import { useSignedIn } from '../state.ts';
import { Empty, Page } from '../ui/page.tsx';
import { Icon } from '../ui/icons.tsx';
import { formatInstant } from '../kit.ts';
import { useLanguage } from '../words/index.ts';
import type { Acting } from './ask.ts';
import type { Mended } from './documents.ts';
import { useWork } from './words.ts';

export const DRAWINGS = {
  owed: 'M5 4h14v16H5zM9 9h6M9 13h6M9 17h3',
  review: 'M4 12l5 5L20 6',
  bell: 'M6 16V11a6 6 0 0 1 12 0v5l2 2H4zM10 21h4',
  trail: 'M4 6h16M4 12h10M4 18h7M17 14a3 3 0 1 0 0 6a3 3 0 0 0 0-6zM19.5 19.5L22 22',
  settings: 'M4 7h9M17 7h3M15 4v6M4 17h3M11 17h9M9 14v6',
  outbox: 'M12 16V4M7 9l5-5 5 5M4 16v4h16v-4',
  warning: 'M12 3l10 18H2zM12 10v5M12 18h.01',
  done: 'M4 12l5 5L20 6',
  info: 'M12 11v6M12 7h.01M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18z',
  offline: 'M3 3l18 18M5 13a10 10 0 0 1 4-2.5M19 13a10 10 0 0 0-5-3M8.5 16.5a5 5 0 0 1 7 0M12 20h.01',
  camera: 'M4 8h4l2-3h4l2 3h4v12H4zM12 11a3.5 3.5 0 1 0 0 7a3.5 3.5 0 0 0 0-7z',
} as const;

export type Tone = 'good' | 'bad' | 'warn' | 'info';

const TONE_DRAWINGS: Record<Tone, string> = { good: DRAWINGS.done, bad: DRAWINGS.warning, warn: DRAWINGS.warning, info: DRAWINGS.info };

/** A sentence that wants to be read: by a drawing and a word, not by its colour alone. */
export function Note({ tone, title, children, actions }: { tone: Tone; title?: ComponentChildren; children?: ComponentChildren; actions?: ComponentChildren }) {
  return (
    <div class={`notice notice-${tone}`} role={tone === 'bad' ? 'alert' : 'status'}>
      <Icon d={TONE_DRAWINGS[tone]} />
      <div class="notice-text">
        {title && <p><strong>{title}</strong></p>}
        {children && <div>{children}</div>}
        {actions && <div class="row">{actions}</div>}
      </div>
    </div>
  );
}

/** Says that what is shown is a copy, and of when. */
export function KeptNote({ at }: { at: number | null }) {
  const words = useWork();
  const language = useLanguage();
  if (at === null) return null;
  return <Note tone="info">{words.common.asOf(formatInstant(new Date(at).toISOString(), language))}</Note>;
}

/** What went wrong with what a form did. What belongs to a field stands there, the rest here. */
export function Trouble({ acting, fields = [] }: { acting: Acting; fields?: readonly string[] }) {
  const words = useWork();
  const rest = acting.mended.filter(error => !fields.includes(fieldOf(error) ?? ''));
  if (!acting.problem && rest.length === 0) return null;
  return (
    <Note tone="bad">
      {rest.map(({ code, message }) => <p key={code + message}>{code === 'OWN_WORK' ? words.review.ownWork : message}</p>)}
      {acting.problem && (
        <p>
          {acting.problem.message}
          {acting.problem.requestId && <span class="muted small"> {words.common.requestId}: <code>{acting.problem.requestId}</code></span>}
        </p>
      )}
    </Note>
  );
}

/** The field of a form that is to be mended: the path of an error also names the input and places in lists. */
const fieldOf = ({ field }: Mended): string | undefined => field?.find(part => part !== 'input' && !/^\d+$/.test(part));

/** What is to be mended at one field. */
export const errorAt = ({ mended }: Acting, name: string): string | undefined => mended.find(error => fieldOf(error) === name)?.message;

interface FieldProps {
  label: string;
  hint?: ComponentChildren;
  error?: string | null | undefined;
  id: string;
}

function describedBy({ id, hint, error }: FieldProps): string | undefined {
  return [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ') || undefined;
}

function Around({ label, hint, error, id, children }: FieldProps & { children: ComponentChildren }) {
  return (
    <div class={`field${error ? ' wrong' : ''}`}>
      <label for={id}>{label}</label>
      {children}
      {hint && <p class="hint" id={`${id}-hint`}>{hint}</p>}
      {error && <p class="field-error" id={`${id}-error`} role="alert">{error}</p>}
    </div>
  );
}

interface TextFieldProps extends FieldProps {
  value: string;
  onInput: (value: string) => void;
  type?: 'text' | 'password' | 'date';
  autocomplete?: string;
  autocapitalize?: 'none';
  autofocus?: boolean;
  inputmode?: 'decimal' | 'numeric' | 'text';
  spellcheck?: boolean;
  required?: boolean;
  class?: string;
}

export function TextField(props: TextFieldProps) {
  const { label, hint, error, id, onInput, value, type = 'text', ...rest } = props;
  return (
    <Around label={label} hint={hint} error={error} id={id}>
      <input {...({ type, ...rest } as object)} id={id} value={value} aria-invalid={error ? true : undefined} aria-describedby={describedBy(props)}
        onInput={event => onInput(event.currentTarget.value)} />
    </Around>
  );
}

export function TextArea(props: FieldProps & { value: string; onInput: (value: string) => void; rows?: number; required?: boolean }) {
  const { label, hint, error, id, onInput, value, rows = 3, required } = props;
  return (
    <Around label={label} hint={hint} error={error} id={id}>
      <textarea id={id} rows={rows} value={value} required={required} aria-invalid={error ? true : undefined} aria-describedby={describedBy(props)}
        onInput={event => onInput(event.currentTarget.value)} />
    </Around>
  );
}

export function Select(props: FieldProps & { value: string; options: readonly (readonly [string, string])[]; onChange: (value: string) => void }) {
  const { label, hint, error, id, value, options, onChange } = props;
  return (
    <Around label={label} hint={hint} error={error} id={id}>
      <select id={id} value={value} aria-invalid={error ? true : undefined} aria-describedby={describedBy(props)} onChange={event => onChange(event.currentTarget.value)}>
        {options.map(([value, text]) => <option value={value} key={value}>{text}</option>)}
      </select>
    </Around>
  );
}

/** A button that opens a small form below itself: one decision, with what it needs. */
export function Disclosure({ title, children, primary = false }: { title: string; children: (close: () => void) => ComponentChildren; primary?: boolean }) {
  const [open, setOpen] = useState(false);
  const body = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (open) body.current?.querySelector<HTMLElement>('input, textarea, select, button')?.focus();
  }, [open]);
  return (
    <div class="disclosure">
      <button type="button" class={`button${primary ? ' primary' : ''}`} aria-expanded={open} onClick={() => setOpen(!open)}>{title}</button>
      {open && <div class="disclosure-body" ref={body}>{children(() => setOpen(false))}</div>}
    </div>
  );
}

/** The viewer as a screen needs them; a screen of work is nothing for whoever has not signed in. */
export function ForViewer({ title, roles, children }: { title: string; roles?: readonly string[]; children: (roles: readonly string[]) => ComponentChildren }) {
  const words = useWork();
  const signedIn = useSignedIn();
  const signInPath = useSignInPath();
  const known = useReady();
  if (!known) return <Page title={title}>{null}</Page>;
  if (!signedIn) {
    return (
      <Page title={title}>
        <Empty action={<Link class="button primary" to={signInPath}>{words.common.signIn}</Link>}>{words.common.signInFirst}</Empty>
      </Page>
    );
  }
  const held = client.session.viewer?.roles ?? [];
  if (roles && !roles.some(role => held.includes(role))) return <Page title={title}><Empty>{words.common.notForYou}</Empty></Page>;
  return <>{children(held)}</>;
}

/** Whether it is known yet who has signed in: the device looks that up. */
function useReady(): boolean {
  const [ready, setReady] = useState(client.session.signedIn);
  useEffect(() => void client.session.ready.then(() => setReady(true)), []);
  return ready;
}
