// The frame of a screen and what stands in for its contents: nothing yet, nothing at all, or an error.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Problem } from '../kit.ts';
import type { Asked, Liveness } from '../query.ts';
import { useWords } from '../words/index.ts';

interface PageProps {
  title: string;
  /** What kind of thing it is, above the title. */
  kicker?: ComponentChildren;
  lead?: ComponentChildren;
  actions?: ComponentChildren;
  live?: Liveness;
  children: ComponentChildren;
}

let isFirstPage = true;

/** The heading takes the focus when one has come from another screen, so that a screen reader says where one is. */
export function Page({ title, kicker, lead, actions, live, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const words = useWords();
  useEffect(() => {
    if (!isFirstPage) heading.current?.focus({ preventScroll: true });
    isFirstPage = false;
  }, []);
  useEffect(() => {
    document.title = `${title} · ${words.app}`;
  }, [title, words]);
  return (
    <div class="page">
      <header class="page-head">
        <div class="page-title">
          {kicker && <p class="kicker">{kicker}</p>}
          <h1 ref={heading} tabIndex={-1}>{title}</h1>
          {lead && <div class="lead">{lead}</div>}
        </div>
        {(actions || live) && <div class="page-actions">{live && <Live state={live} />}{actions}</div>}
      </header>
      {children}
    </div>
  );
}

function Live({ state }: { state: Liveness }) {
  const words = useWords();
  return <span class={`liveness ${state}`} title={words.live[state]}><span class="dot" aria-hidden="true" /><span>{words.live[state]}</span></span>;
}

interface SectionProps {
  title: ComponentChildren;
  hint?: ComponentChildren;
  more?: ComponentChildren;
  class?: string;
  id?: string;
  children: ComponentChildren;
}

export function Section({ title, hint, more, class: name = '', id, children }: SectionProps) {
  return (
    <section class={`section ${name}`} id={id}>
      <div class="section-head">
        <div><h2>{title}</h2>{hint && <p class="hint">{hint}</p>}</div>
        {more && <div class="section-more">{more}</div>}
      </div>
      {children}
    </section>
  );
}

/** Grey bars in the place of text that is on its way. */
export function Skeleton({ lines = 4 }: { lines?: number }) {
  const words = useWords();
  return (
    <div class="skeleton" role="status" aria-label={words.loading}>
      {Array.from({ length: lines }, (_, index) => <span key={index} />)}
    </div>
  );
}

export function Empty({ children, action }: { children: ComponentChildren; action?: ComponentChildren }) {
  return (
    <div class="empty">
      <svg width="28" height="28" viewBox="0 0 24 24" aria-hidden="true"><path d="M8 20v-9a4 4 0 0 1 8 0v9M5 20h14M10.5 14h3" /></svg>
      <p>{children}</p>
      {action}
    </div>
  );
}

/** What went wrong, the code and the request's id for whoever is asked for help, and a way to try again. */
export function ProblemBox({ problem, again }: { problem: Problem; again?: () => void }) {
  const words = useWords();
  return (
    <div class="problem" role="alert">
      <p><strong>{words.problem}.</strong> {problem.message}</p>
      <p class="muted small">
        {words.problemCode}: <code>{problem.code}</code>
        {problem.requestId && <> · {words.requestId}: <code>{problem.requestId}</code></>}
      </p>
      {again && <button type="button" class="button" onClick={again}>{words.again}</button>}
    </div>
  );
}

/** What was asked for, once it is there; until then a skeleton, and instead of it what went wrong. */
export function Loaded<R>({ asked, lines, children }: { asked: Asked<R>; lines?: number; children: (data: R) => ComponentChildren }) {
  if (asked.data !== null) {
    return (
      <>
        {asked.problem && <ProblemBox problem={asked.problem} again={asked.reload} />}
        {children(asked.data)}
      </>
    );
  }
  if (asked.problem) return <ProblemBox problem={asked.problem} again={asked.reload} />;
  return <Skeleton lines={lines ?? 6} />;
}
