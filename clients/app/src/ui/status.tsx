// How something stands: a colour, a shape and a word, so that neither eyes nor paper need the colour.
import { label, useWords } from '../words/index.ts';

/** Worst first, as the API lists them; the names are those of the style sheet, too. */
export const STATUSES = ['MISSED', 'OFF_TRACK', 'AT_RISK', 'NEEDS_JUDGEMENT', 'NO_DATA', 'INCOMPLETE', 'NO_TARGET', 'ON_TRACK', 'ACHIEVED'] as const;
export type AssessmentStatus = (typeof STATUSES)[number];

type Tone = 'achieved' | 'on-track' | 'at-risk' | 'off-track' | 'missed' | 'no-data' | 'incomplete' | 'no-target' | 'judgement';

const TONES: Record<string, Tone> = {
  // AssessmentStatus
  ACHIEVED: 'achieved', ON_TRACK: 'on-track', AT_RISK: 'at-risk', OFF_TRACK: 'off-track', MISSED: 'missed',
  NO_DATA: 'no-data', INCOMPLETE: 'incomplete', NO_TARGET: 'no-target', NEEDS_JUDGEMENT: 'judgement',
  // Timeliness
  NO_DEADLINE: 'no-target', ON_TIME: 'on-track', DUE_SOON: 'at-risk', OVERDUE: 'missed', PASSED: 'incomplete', NOT_REPORTED: 'no-data',
  DONE_ON_TIME: 'achieved', DONE_LATE: 'off-track',
  // DirectiveState
  ASSIGNED: 'no-target', IN_PROGRESS: 'incomplete', REPORTED_DONE: 'on-track', COMPLETED: 'achieved', CANCELLED: 'no-data',
  // ObligationState and MeasurementState
  NOT_DUE: 'no-target', DUE: 'at-risk', DRAFT: 'no-data', SUBMITTED: 'incomplete', RETURNED: 'off-track', APPROVED: 'achieved', NIL: 'no-target',
  ENDORSED: 'on-track', PUBLISHED: 'achieved', WITHDRAWN: 'no-data',
  // ExtensionState
  REQUESTED: 'at-risk', REFUSED: 'off-track', COUNTERED: 'judgement', COUNTER_ACCEPTED: 'achieved', COUNTER_DECLINED: 'off-track', LAPSED: 'no-data',
  // DocumentStatus
  UNKNOWN: 'no-data', PLANNED: 'no-target', ISSUED: 'achieved', REPLACED: 'incomplete', REVOKED: 'no-data',
};

export const toneOf = (value: string): Tone => TONES[value] ?? 'no-target';

/** The shape of a status in a square of 16 by 16; also used within charts. */
export function Shape({ tone, size = 16 }: { tone: Tone; size?: number }) {
  return (
    <svg class={`shape tone-${tone}`} width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
      {SHAPES[tone]}
    </svg>
  );
}

const SHAPES = {
  achieved: <><circle cx="8" cy="8" r="7" class="full" /><path d="M4.6 8.3l2.3 2.3 4.6-5" class="cut" /></>,
  'on-track': <circle cx="8" cy="8" r="6" class="full" />,
  'at-risk': <path d="M8 1.6L15.2 14H.8z" class="full" />,
  'off-track': <path d="M8 .8L15.2 8 8 15.2.8 8z" class="full" />,
  missed: <><rect x="1.4" y="1.4" width="13.2" height="13.2" rx="1.5" class="full" /><path d="M5 5l6 6M11 5l-6 6" class="cut" /></>,
  'no-data': <circle cx="8" cy="8" r="6" class="open dashed" />,
  incomplete: <><circle cx="8" cy="8" r="6" class="open" /><path d="M8 2a6 6 0 0 1 0 12z" class="full" /></>,
  'no-target': <><circle cx="8" cy="8" r="6" class="open" /><path d="M5 8h6" class="open" /></>,
  judgement: <><path d="M8 1.6L14.4 8 8 14.4 1.6 8z" class="open" /><circle cx="8" cy="8" r="1.8" class="full" /></>,
} as const;

/** `type` is the enum in whose words the value is said. */
export function Status({ value, type = 'AssessmentStatus', quiet = false }: { value: string | null | undefined; type?: string; quiet?: boolean }) {
  const words = useWords();
  if (!value) return null;
  const tone = toneOf(value);
  return (
    <span class={`status tone-${tone}${quiet ? ' quiet' : ''}`}>
      <Shape tone={tone} />
      <span>{label(words, type, value)}</span>
    </span>
  );
}
