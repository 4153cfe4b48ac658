/**
 * Values as the API writes them, and as people read them. A decimal is a text and stays exact: nothing here makes a number of it,
 * but `numberOf`, for charts.
 */
import type { Language } from './language.js';

/** `-12.50` as a sign, all its digits, and how many of them stand behind the point. */
interface Parts {
  negative: boolean;
  digits: bigint;
  places: number;
}

function partsOf(decimal: string): Parts {
  const found = /^(-?)(\d+)(?:\.(\d+))?$/.exec(decimal);
  if (!found) {
    throw new RangeError(`${JSON.stringify(decimal)} is not a decimal`);
  }
  const [, sign, whole, behind = ''] = found;
  return { negative: sign === '-', digits: BigInt(whole! + behind), places: behind.length };
}

const signed = ({ negative, digits }: Parts): bigint => (negative ? -digits : digits);

function written(value: bigint, places: number): string {
  const digits = (value < 0n ? -value : value).toString().padStart(places + 1, '0');
  const split = digits.length - places;
  return (value < 0n ? '-' : '') + digits.slice(0, split) + (places > 0 ? `.${digits.slice(split)}` : '');
}

/** Both as whole numbers of one unit. */
function aligned(one: string, other: string): [bigint, bigint, number] {
  const [first, second] = [partsOf(one), partsOf(other)];
  const places = Math.max(first.places, second.places);
  const scaled = (parts: Parts) => signed(parts) * 10n ** BigInt(places - parts.places);
  return [scaled(first), scaled(second), places];
}

/** -1, 0 or 1: for sorting. */
export function compareDecimals(one: string, other: string): -1 | 0 | 1 {
  const [first, second] = aligned(one, other);
  return first < second ? -1 : first > second ? 1 : 0;
}

/** `one - other`, exactly. */
export function subtractDecimals(one: string, other: string): string {
  const [first, second, places] = aligned(one, other);
  return written(first - second, places);
}

/** To so many places, halves away from zero. */
export function roundDecimal(decimal: string, places: number): string {
  const parts = partsOf(decimal);
  if (parts.places <= places) {
    return written(signed(parts) * 10n ** BigInt(places - parts.places), places);
  }
  const unit = 10n ** BigInt(parts.places - places);
  const rounded = (parts.digits * 2n + unit) / (unit * 2n);
  return written(parts.negative ? -rounded : rounded, places);
}

/** For lengths and heights on the screen, not for figures. */
export const numberOf = (decimal: string): number => Number(decimal);

export interface DecimalFormat {
  /** Exactly so many places (an indicator's `decimals`); as many as there are, if left out. */
  places?: number | null | undefined;
  /** At most so many: zeros at the end are left out. */
  atMost?: number | undefined;
}

const MARKS = { vi: { group: '.', point: ',' }, en: { group: ',', point: '.' } } as const;

/** `1234.50` as `1.234,50`. */
export function formatDecimal(decimal: string, language: Language, { places, atMost }: DecimalFormat = {}): string {
  let value = places === null || places === undefined ? decimal : roundDecimal(decimal, places);
  if (atMost !== undefined) {
    value = roundDecimal(value, atMost);
    value = value.includes('.') ? value.replace(/\.?0+$/, '') : value;
  }
  partsOf(value);
  const [whole, behind] = value.replace('-', '').split('.');
  const { group, point } = MARKS[language];
  const grouped = whole!.replace(/\B(?=(\d{3})+$)/g, group);
  const negative = value.startsWith('-') && /[1-9]/.test(value);
  return (negative ? '−' : '') + grouped + (behind === undefined ? '' : point + behind);
}

/** `85.5`, which is in percent, as `85,5%`. */
export function formatPercent(decimal: string, language: Language, format: DecimalFormat = {}): string {
  return `${formatDecimal(decimal, language, format)}%`;
}

/**
 * What a person has typed as the API takes it; null if it is none, or could mean two things. The other language's decimal sign is
 * never taken for one, not even where nothing else makes sense (`1.5` and `0.123` in Vietnamese): whoever has `0.123` taken today
 * has `1.234` taken for a thousand times more tomorrow. Thousands begin with 1 to 9 and are set apart by one sign all through, as
 * `1 234.567` would be a fraction elsewhere.
 */
export function parseDecimal(typed: string, language: Language): string | null {
  const { group, point } = MARKS[language];
  const plain = typed.trim().replace(/^[−–]/, '-').replace(/\s/g, ' ');
  const [, sign = '', whole = '', , behind] =
    new RegExp(`^([+-]?)(\\d+|[1-9]\\d{0,2}(?=([${group} ]))(?:\\3\\d{3})+)(?:\\${point}(\\d+))?$`).exec(plain) ?? [];
  if (whole === '') {
    return null;
  }
  const digits = whole.replace(/\D/g, '').replace(/^0+(?=\d)/, '');
  return (sign === '-' ? '-' : '') + digits + (behind === undefined ? '' : `.${behind}`);
}

const MONTHS = 'January February March April May June July August September October November December'.split(' ');

/** `2026-01-21` as `21/1/2026`, or `21 Jan 2026`. */
export function formatDay(day: string, language: Language): string {
  const [year, month, date] = day.split('-').map(Number) as [number, number, number];
  return language === 'vi' ? `${date}/${month}/${year}` : `${date} ${MONTHS[month - 1]!.slice(0, 3)} ${year}`;
}

/** Việt Nam is seven hours ahead of UTC all year. */
const vietnamese = (instant: string): string => new Date(Date.parse(instant) + 7 * 3_600_000).toISOString();

/** The day in Việt Nam at that instant, as the API writes days. */
export const dayOf = (instant: string): string => vietnamese(instant).slice(0, 10);

/** The clock and the day in Việt Nam: `9:00 20/1/2026`, or `20 Jan 2026, 9:00`. */
export function formatInstant(instant: string, language: Language): string {
  const clock = vietnamese(instant).slice(11, 16).replace(/^0/, '');
  const day = formatDay(dayOf(instant), language);
  return language === 'vi' ? `${clock} ${day}` : `${day}, ${clock}`;
}

const ROMAN = ['I', 'II', 'III', 'IV'];

/** `2025-Q3` as `quý III/2025`; all that the API calls a period. */
export function formatPeriod(period: string, language: Language): string {
  const vi = language === 'vi';
  const [from, until] = period.split('/');
  if (until) {
    return `${formatDay(from!, language)} – ${formatDay(until, language)}`;
  }
  const [, year, kind = '', digits = ''] = /^(\d{4})(?:-([QS]?)(\d{1,2})(?:M$)?)?$/.exec(period) ?? [];
  const number = Number(digits);
  if (!year) {
    return period;
  }
  if (!digits) {
    return vi ? `năm ${year}` : year;
  }
  if (kind === 'Q') {
    return vi ? `quý ${ROMAN[number - 1]}/${year}` : `Q${number} ${year}`;
  }
  if (kind === 'S') {
    return vi ? `6 tháng ${number === 1 ? 'đầu' : 'cuối'} năm ${year}` : `${number === 1 ? 'first' : 'second'} half of ${year}`;
  }
  if (period.endsWith('M')) {
    return vi ? `${number} tháng năm ${year}` : `first ${number} months of ${year}`;
  }
  return vi ? `tháng ${number}/${year}` : `${MONTHS[number - 1]} ${year}`;
}
