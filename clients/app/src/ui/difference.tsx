// One thing that is different at two instants: what it was and what it is.
import { formatDay } from '../kit.ts';
import { Link, path } from '../router.tsx';
import { label, useLanguage, useWords, type Words } from '../words/index.ts';
import type { Language } from '../kit.ts';
import { demand, figure, period } from './values.tsx';

interface DifferenceState {
  value: string | null;
  upperValue: string | null;
  unit: string | null;
  comparator: string | null;
  dueOn: string | null;
  statement: string | null;
}
export interface Difference {
  kind: string;
  change: string;
  code: string | null;
  period: string | null;
  before: DifferenceState | null;
  after: DifferenceState | null;
  indicator: { code: string; name: string; unit: string } | null;
  directive: { code: string; title: string } | null;
  subject: { code: string; name: string } | null;
}
const STATE = '{ value upperValue unit comparator dueOn statement }';
export const DIFFERENCE = `kind change code period before ${STATE} after ${STATE} indicator { code name unit } directive { code title } subject { code name }`;

export function stateText(kind: string, state: DifferenceState | null, unit: string | null, words: Words, language: Language): string {
  if (!state) return words.changesPage.nothing;
  if (kind === 'DEADLINE') return state.dueOn ? formatDay(state.dueOn, language) : words.directivesPage.noDue;
  if (kind === 'FIGURE') return state.value === null ? state.statement ?? '–' : figure(state.value, state.unit ?? unit, words, language);
  if (state.value === null) return state.statement ?? '–';
  const due = state.dueOn ? ` (${formatDay(state.dueOn, language)})` : '';
  return demand(state, state.unit ?? unit, words, language) + due;
}

export function ChangeTitle({ of }: { of: Difference }) {
  if (of.directive) return <Link to={path.directive(of.directive.code)} class="strong">{of.directive.title}</Link>;
  if (of.indicator) return <Link to={path.indicator(of.indicator.code)} class="strong">{of.indicator.name}</Link>;
  return <span class="strong">{of.code ?? '–'}</span>;
}

export function ChangeLine({ of }: { of: Difference }) {
  const words = useWords();
  const language = useLanguage();
  const unit = of.indicator?.unit ?? null;
  return (
    <li>
      <div class="line-text">
        <ChangeTitle of={of} />
        <span class="meta">
          <span>{label(words, 'DifferenceKind', of.kind)}: {label(words, 'DifferenceChange', of.change).toLowerCase()}</span>
          {of.period && <span>{period(of.period, language)}</span>}
        </span>
      </div>
      <div class="line-side">
        {of.change !== 'ADDED' && <s class="muted">{stateText(of.kind, of.before, unit, words, language)}</s>}{' '}
        {of.change !== 'REMOVED' && <b>{stateText(of.kind, of.after, unit, words, language)}</b>}
      </div>
    </li>
  );
}
