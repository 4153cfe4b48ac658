// Numbers, days and periods as people write them.
import { formatDay, formatDecimal, formatInstant, formatPercent, type Language } from '../kit.ts';
import { label, useLanguage, useWords, type Words } from '../words/index.ts';

const PERCENT = new Set(['PERCENT', 'PERCENT_GRDP', 'PERCENT_LOCAL_BUDGET']);

/** An exact decimal cut to so many places for the eye; the exact one is in the tables of files. */
export function rounded(value: string, places: number): string {
  const [whole = '0', fraction = ''] = value.split('.');
  if (fraction.length <= places) return trimmed(value);
  // Rounded half up on the digits themselves: no floating point on the way.
  const negative = whole.startsWith('-');
  const digits = BigInt((negative ? whole.slice(1) : whole) + fraction.slice(0, places)) + (fraction[places]! >= '5' ? 1n : 0n);
  const text = digits.toString().padStart(places + 1, '0');
  const joined = places === 0 ? text : `${text.slice(0, -places)}.${text.slice(-places)}`;
  return trimmed((negative && /[1-9]/.test(joined) ? '-' : '') + joined);
}

function trimmed(value: string): string {
  return value.includes('.') ? value.replace(/\.?0+$/, '') : value;
}

export function unitOf(words: Words, unit: string | null | undefined): string {
  if (!unit || unit === 'COUNT' || unit === 'NONE' || unit === 'RANK' || unit === 'INDEX') return '';
  return label(words, 'Unit', unit);
}

export function figure(value: string | null | undefined, unit: string | null | undefined, words: Words, language: Language, places = 2): string {
  if (value === null || value === undefined) return '–';
  const number = formatDecimal(rounded(value, places), language);
  const suffix = unitOf(words, unit);
  return suffix ? `${number}\u202f${suffix}` : number;
}

/** A share such as "0.4123" as per cent. */
export function share(value: string | null | undefined, language: Language, places = 0): string {
  if (value === null || value === undefined) return '–';
  return formatPercent(rounded(value, places + 2), language);
}

export function Figure({ value, unit, places = 2 }: { value: string | null | undefined; unit?: string | null; places?: number }) {
  const words = useWords();
  const language = useLanguage();
  if (value === null || value === undefined) return <span class="muted">–</span>;
  const number = formatDecimal(rounded(value, places), language);
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

/** A label of a period such as 2025-Q4 as people say it. */
export function period(value: string, language: Language): string {
  const vi = language === 'vi';
  let found = /^(\d{4})-(\d{2})$/.exec(value);
  if (found) return vi ? `tháng ${Number(found[2])}/${found[1]}` : `${MONTHS[Number(found[2]) - 1]} ${found[1]}`;
  found = /^(\d{4})-Q(\d)$/.exec(value);
  if (found) return vi ? `quý ${ROMAN[Number(found[2]) - 1]}/${found[1]}` : `Q${found[2]} ${found[1]}`;
  found = /^(\d{4})-S(\d)$/.exec(value);
  if (found) return vi ? `6 tháng ${found[2] === '1' ? 'đầu' : 'cuối'} năm ${found[1]}` : `${found[2] === '1' ? 'first' : 'second'} half of ${found[1]}`;
  found = /^(\d{4})-9M$/.exec(value);
  if (found) return vi ? `9 tháng năm ${found[1]}` : `nine months of ${found[1]}`;
  if (/^\d{4}$/.test(value)) return vi ? `năm ${value}` : value;
  found = /^(\d{4}-\d{2}-\d{2})\/(\d{4}-\d{2}-\d{2})$/.exec(value);
  return found ? `${formatDay(found[1]!, language)} – ${formatDay(found[2]!, language)}` : value;
}
const ROMAN = ['I', 'II', 'III', 'IV'];
const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];

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
