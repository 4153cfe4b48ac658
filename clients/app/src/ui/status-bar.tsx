// How many stand how: one bar in parts, each with its number and a link to the list behind it, and the legend with its shapes.
import { formatDecimal } from '../kit.ts';
import { Link } from '../router.tsx';
import { label, useLanguage, useWords } from '../words/index.ts';
import { Shape, toneOf, type AssessmentStatus } from './status.tsx';

export interface Counts {
  total: number;
  missed: number;
  offTrack: number;
  atRisk: number;
  needsJudgement: number;
  noData: number;
  incomplete: number;
  noTarget: number;
  onTrack: number;
  achieved: number;
}
export const COUNTS = 'total missed offTrack atRisk needsJudgement noData incomplete noTarget onTrack achieved';

const FIELDS: Record<AssessmentStatus, keyof Counts> = {
  MISSED: 'missed', OFF_TRACK: 'offTrack', AT_RISK: 'atRisk', NEEDS_JUDGEMENT: 'needsJudgement', NO_DATA: 'noData',
  INCOMPLETE: 'incomplete', NO_TARGET: 'noTarget', ON_TRACK: 'onTrack', ACHIEVED: 'achieved',
};
/** From good to bad, as a bar is read. */
const ORDER: AssessmentStatus[] = ['ACHIEVED', 'ON_TRACK', 'AT_RISK', 'OFF_TRACK', 'MISSED', 'NEEDS_JUDGEMENT', 'INCOMPLETE', 'NO_DATA', 'NO_TARGET'];

const countOf = (counts: Counts, status: AssessmentStatus): number => counts[FIELDS[status]];

export function sumOf(all: readonly Counts[]): Counts {
  const sum: Counts = { total: 0, missed: 0, offTrack: 0, atRisk: 0, needsJudgement: 0, noData: 0, incomplete: 0, noTarget: 0, onTrack: 0, achieved: 0 };
  for (const counts of all) for (const field of Object.keys(sum) as (keyof Counts)[]) sum[field] += counts[field];
  return sum;
}

export function StatusBar({ counts, name, to }: { counts: Counts; name: string; to: (status: AssessmentStatus) => string }) {
  const words = useWords();
  const language = useLanguage();
  return (
    <div class="status-bar" role="group" aria-label={name}>
      {ORDER.filter(status => countOf(counts, status) > 0).map(status => {
        const n = countOf(counts, status);
        const text = `${formatDecimal(String(n), language)} ${label(words, 'AssessmentStatus', status)}`;
        return (
          <span class={`part tone-${toneOf(status)}`} style={{ flexGrow: n }} key={status}>
            <Link to={to(status)} title={text} aria-label={`${name}: ${text}`}>
              <Shape tone={toneOf(status)} size={13} /><b>{formatDecimal(String(n), language)}</b>
            </Link>
          </span>
        );
      })}
    </div>
  );
}

/** The legend is the summary at once: every status with its number. */
export function StatusLegend({ counts, to }: { counts: Counts; to: (status: AssessmentStatus) => string }) {
  const words = useWords();
  const language = useLanguage();
  return (
    <ul class="status-legend">
      {ORDER.filter(status => countOf(counts, status) > 0).map(status => (
        <li class={`tone-${toneOf(status)}`} key={status}>
          <Link to={to(status)}>
            <b>{formatDecimal(String(countOf(counts, status)), language)}</b>
            <span><Shape tone={toneOf(status)} size={15} />{label(words, 'AssessmentStatus', status)}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
