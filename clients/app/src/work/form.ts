// A figure's form, apart from how it looks: what is typed, what is sent, and what to do when somebody was quicker.
import { formatDecimal, type Language, parseDecimal } from '../../../typescript/src/index.ts';
import type { DraftInput, Figure, FigureKey, Indicator } from './documents.ts';

/** What stands in the fields, as typed. */
export interface Typed {
  value: string;
  numerator: string;
  denominator: string;
  narrative: string;
  observation: string;
  note: string;
  comment: string;
}

export type FieldName = keyof Typed;

export function typedOf(figure: Figure | null, language: Language): Typed {
  const shown = (decimal: string | null | undefined) => (decimal == null ? '' : formatDecimal(trimmed(decimal), language));
  return {
    value: shown(figure?.value),
    numerator: shown(figure?.numerator),
    denominator: shown(figure?.denominator),
    narrative: figure?.narrative ?? '',
    observation: figure?.observation ?? 'PROVISIONAL',
    note: figure?.note ?? '',
    comment: figure?.comment ?? '',
  };
}

/** What stands in the fields where what was sent is looked at again. */
export function typedFrom(input: DraftInput, language: Language): Typed {
  const shown = (decimal: string | undefined) => (decimal === undefined ? '' : formatDecimal(decimal, language));
  return {
    value: shown(input.value),
    numerator: shown(input.numerator),
    denominator: shown(input.denominator),
    narrative: input.narrative ?? '',
    observation: input.observation,
    note: input.note ?? '',
    comment: input.comment ?? '',
  };
}

/** The same in another language: 1.234,5 becomes 1,234.5. What is no number yet stays as it was typed. */
export function retyped(typed: Typed, from: Language, to: Language): Typed {
  if (from === to) return typed;
  const again = (text: string) => {
    const decimal = text.trim() === '' ? null : decimalOf(text, from);
    return decimal === null ? text : formatDecimal(decimal, to);
  };
  return { ...typed, value: again(typed.value), numerator: again(typed.numerator), denominator: again(typed.denominator) };
}

/** Without the zeros that the database adds: whoever typed 41 reads 41 again, not 41,000000. */
export function trimmed(decimal: string): string {
  return decimal.includes('.') ? decimal.replace(/\.?0+$/, '') : decimal;
}

/** Which number fields an indicator's figure has. */
export function fieldsOf(indicator: Indicator): ('value' | 'numerator' | 'denominator' | 'narrative')[] {
  if (indicator.valueKind === 'RATIO') return ['numerator', 'denominator'];
  if (indicator.valueKind === 'NARRATIVE') return ['narrative'];
  return ['value'];
}

type Reading =
  | { input: DraftInput; problems: null }
  | { input: null; problems: Partial<Record<FieldName, 'required' | 'number'>> };

/** What is sent of what was typed; or what has to be mended first. */
export function read(typed: Typed, indicator: Indicator, key: FigureKey, language: Language, submit: boolean, seen: Figure | null): Reading {
  const problems: Partial<Record<FieldName, 'required' | 'number'>> = {};
  const input: DraftInput = { ...key, observation: typed.observation, submit };
  for (const name of fieldsOf(indicator)) {
    const text = typed[name].trim();
    if (text === '') problems[name] = 'required';
    else if (name === 'narrative') input.narrative = text;
    else {
      const decimal = decimalOf(text, language);
      if (decimal === null) problems[name] = 'number';
      else input[name] = decimal;
    }
  }
  if (typed.note.trim()) input.note = typed.note.trim();
  if (typed.comment.trim()) input.comment = typed.comment.trim();
  if (seen) input.expectedVersion = seen.version;
  return Object.keys(problems).length > 0 ? { input: null, problems } : { input, problems: null };
}

/** As written in Vietnamese (1.234,5), or in English; null where it is no number. */
function decimalOf(text: string, language: Language): string | null {
  try {
    return parseDecimal(text.trim(), language) ?? null;
  } catch {
    return null;
  }
}

/** The ratio in percent to show beside its parts while they are typed; the server works out its own, exactly. */
export function ratioOf(typed: Typed, language: Language): number | null {
  const numerator = decimalOf(typed.numerator, language);
  const denominator = decimalOf(typed.denominator, language);
  if (numerator === null || denominator === null || Number(denominator) <= 0) return null;
  return (Number(numerator) / Number(denominator)) * 100;
}

/** What is compared when two figures stand against each other. */
const CONTENT = ['value', 'numerator', 'denominator', 'narrative', 'observation', 'note', 'comment'] as const;

/** Whether a figure on the server says what was sent: then nobody was quicker, the answer was lost or it was sent twice. */
function saysTheSame(sent: DraftInput, current: Figure): boolean {
  return CONTENT.every(name => {
    if (name === 'value' && sent.numerator !== undefined) return true;
    const [mine, theirs] = [sent[name] ?? '', current[name] ?? ''];
    const isNumber = name === 'value' || name === 'numerator' || name === 'denominator';
    return isNumber && mine !== '' && theirs !== '' ? trimmed(mine) === trimmed(theirs) : mine === theirs;
  });
}

type Outcome = 'done' | 'again' | 'conflict';

/**
 * What to do when the figure that stands there is not the one that was seen: nothing where it says what was sent, because the
 * answer was lost; the same once more where only this device changed it, or where it is not handed in yet; else a person decides.
 */
export function outcomeOf(sent: DraftInput, current: Figure, earlier: readonly DraftInput[]): Outcome {
  if (saysTheSame(sent, current)) {
    if (!sent.submit || current.state !== 'DRAFT') return 'done';
    return 'again';
  }
  const own = current.state === 'DRAFT' && earlier.some(before => saysTheSame(before, current));
  return own ? 'again' : 'conflict';
}

/** Where two figures differ, by field: what stands on this device, and what on the server. */
export function differencesOf(sent: DraftInput, current: Figure, indicator: Indicator): { field: FieldName; mine: string | null; theirs: string | null }[] {
  const names: FieldName[] = [...fieldsOf(indicator), 'observation', 'note', 'comment'];
  return names
    .map(field => ({ field, mine: sent[field] ?? null, theirs: current[field] ?? null }))
    .filter(({ field, mine, theirs }) => {
      const isNumber = field === 'value' || field === 'numerator' || field === 'denominator';
      return isNumber && mine !== null && theirs !== null ? trimmed(mine) !== trimmed(theirs) : (mine ?? '') !== (theirs ?? '');
    });
}

/** The same once more, for the figure that stands there now: what somebody does who keeps their own. */
export function onTopOf(sent: DraftInput, current: Figure): DraftInput {
  return { ...sent, expectedVersion: current.version };
}

export function figureKey({ indicator, subject, regime, period }: FigureKey): string {
  return `figure:${indicator}:${subject}:${regime}:${period}`;
}

export function figurePath({ indicator, subject, regime, period }: FigureKey): string {
  return `/app/work/figures/${[indicator, subject, regime, period].map(encodeURIComponent).join('/')}`;
}
