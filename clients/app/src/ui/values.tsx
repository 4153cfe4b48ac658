// Numbers, days and periods as people write them.
import { formatDay, formatDecimal, formatInstant, type Language } from '../kit.ts';

export { formatPeriod as period } from '../kit.ts';
import { label, useLanguage, useWords, type Words } from '../words/index.ts';

const PERCENT = new Set(['PERCENT', 'PERCENT_GRDP', 'PERCENT_LOCAL_BUDGET']);

function unitOf(words: Words, unit: string | null | undefined): string {
  if (!unit || unit === 'COUNT' || unit === 'NONE' || unit === 'RANK' || unit === 'INDEX') return '';
  return label(words, 'Unit', unit);
}

export function figure(value: string | null | undefined, unit: string | null | undefined, words: Words, language: Language, places = 2): string {
  if (value === null || value === undefined) return '–';
  const number = formatDecimal(value, language, { atMost: places });
  const suffix = unitOf(words, unit);
  return suffix ? `${number}\u202f${suffix}` : number;
}

/** A share such as "0.4123" as per cent. */
export function share(value: string | null | undefined, language: Language, places = 0): string {
  if (value === null || value === undefined) return '–';
  return `${formatDecimal(hundredfold(value), language, { atMost: places })}\u202f%`;
}

/** Moves the point by two digits, so that nothing is calculated. */
function hundredfold(value: string): string {
  const [, sign, whole, fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(value)!;
  const digits = fraction.padEnd(2, '0');
  return `${sign}${(whole! + digits.slice(0, 2)).replace(/^0+(?=\d)/, '')}${digits.length > 2 ? `.${digits.slice(2)}` : ''}`;
}

export function Figure({ value, unit, places = 2 }: { value: string | null | undefined; unit?: string | null; places?: number }) {
  const words = useWords();
  const language = useLanguage();
  if (value === null || value === undefined) return <span class="muted">–</span>;
  const number = formatDecimal(value, language, { atMost: places });
  const suffix = unitOf(words, unit);
  return <span class="figure">{number}{suffix && <span class={PERCENT.has(unit ?? '') && suffix === '%' ? 'unit percent' : 'unit'}>{'\u202f'}{suffix}</span>}</span>;
}

export function Day({ value, none }: { value: string | null | undefined; none?: string }) {
  const language = useLanguage();
  if (!value) return <span class="muted">{none ?? '–'}</span>;
  return <time dateTime={value}>{formatDay(value, language)}</time>;
}

export function Instant({ value }: { value: string }) {
  const language = useLanguage();
  return <time dateTime={value}>{formatInstant(value, language)}</time>;
}

const SIGNS: Record<string, string> = { AT_LEAST: '≥', MORE_THAN: '>', AT_MOST: '≤', LESS_THAN: '<', EXACTLY: '=' };

/** What a target demands: "≥ 50 %", "30–40 %". */
export function demand(
  target: { comparator?: string | null; value?: string | null; upperValue?: string | null }, unit: string | null | undefined,
  words: Words, language: Language,
): string {
  if (target.value === null || target.value === undefined) return '–';
  if (target.upperValue) return `${figure(target.value, null, words, language)}–${figure(target.upperValue, unit, words, language)}`;
  const sign = target.comparator ? SIGNS[target.comparator] : '';
  return `${sign ? `${sign}\u202f` : ''}${figure(target.value, unit, words, language)}`;
}

/** A count as people write it. */
export function useCount(): (n: number) => string {
  const language = useLanguage();
  return n => formatDecimal(String(n), language);
}
