import { type Language, words } from './language.js';

export type ProblemKind = 'network' | 'graphql' | 'http';

/** What is told of a problem; it can be kept and made a problem again. */
export interface ProblemData {
  kind: ProblemKind;
  /** For programs: of the server's errors (`extensions.code`), of its user errors, or `NETWORK`, `NO_ANSWER`, `HTTP`. */
  code: string;
  /** For people, in their language. */
  message: string;
  /** What to tell whoever runs the server. */
  requestId?: string | null;
  /** The same may work later. */
  retryable?: boolean;
  /** Not before so many seconds. */
  retryAfter?: number | null;
  reason?: string | null;
  /** The way to what was entered, such as `["input", "value"]`. */
  field?: readonly string[];
  /** Where in the answer something is missing. */
  path?: readonly (string | number)[];
}

/** Why something was not done or not read. */
export class Problem extends Error {
  readonly kind: ProblemKind;
  readonly code: string;
  readonly requestId: string | null;
  readonly retryable: boolean;
  readonly retryAfter: number | null;
  readonly reason: string | null;
  readonly field: readonly string[];
  readonly path: readonly (string | number)[];

  constructor(data: ProblemData, options?: ErrorOptions) {
    super(data.message, options);
    this.name = 'Problem';
    this.kind = data.kind;
    this.code = data.code;
    this.requestId = data.requestId ?? null;
    this.retryable = data.retryable ?? false;
    this.retryAfter = data.retryAfter ?? null;
    this.reason = data.reason ?? null;
    this.field = data.field ?? [];
    this.path = data.path ?? [];
  }

  toJSON(): ProblemData {
    const { kind, code, message, requestId, retryable, retryAfter, reason, field, path } = this;
    return { kind, code, message, requestId, retryable, retryAfter, reason, field, path };
  }
}

/** Codes after which the same may work later, though the server was there and not too busy: it failed at this very request. */
export const FAILED = new Set(['CONFLICT', 'INTERNAL']);
/** Codes after which the same may work later. */
const LATER = new Set(['UNAVAILABLE', 'TIMEOUT', 'RATE_LIMITED', 'REQUEST_TIMEOUT', ...FAILED]);

/** An error as GraphQL has it. */
export interface GraphqlError {
  message: string;
  path?: (string | number)[];
  extensions?: { code?: string; reason?: string; requestId?: string; retryAfter?: number };
}

/** Something that the person has to mend, as every mutation answers it. */
export interface UserError {
  code: string;
  message?: string;
  field?: readonly string[] | null;
}

export function problemOfError(error: GraphqlError, requestId: string | null): Problem {
  const { code = 'INTERNAL', reason = null, retryAfter = null, requestId: own } = error.extensions ?? {};
  return new Problem({
    kind: 'graphql',
    code,
    message: error.message,
    requestId: own ?? requestId,
    retryable: LATER.has(code),
    retryAfter,
    reason,
    path: error.path ?? [],
  });
}

export function problemOfUserError(error: UserError): Problem {
  return new Problem({ kind: 'graphql', code: error.code, message: error.message ?? error.code, field: error.field ?? [] });
}

export function networkProblem(language: Language, cause?: unknown): Problem {
  return new Problem({ kind: 'network', code: 'NETWORK', message: words[language].network, retryable: true }, { cause });
}

/** Of an answer that did not come in time. */
export function noAnswer(language: Language): Problem {
  return new Problem({ kind: 'network', code: 'NO_ANSWER', message: words[language].timeout, retryable: true });
}

/** Of an answer that is none of GraphQL's: of a proxy in between, say. */
export function httpProblem(language: Language, status: number, requestId: string | null, retryAfter: number | null): Problem {
  const message = status < 400 ? words[language].answer : words[language].http(status);
  const retryable = status < 400 || status >= 500 || status === 429 || status === 408;
  return new Problem({ kind: 'http', code: 'HTTP', message, requestId, retryable, retryAfter, reason: String(status) });
}

/** What the person has to mend of a mutation's answer: the user errors of its first field. */
export function userErrorsOf(result: unknown): readonly UserError[] {
  const first = Object.values((result ?? {}) as Record<string, unknown>)[0];
  return (first as { userErrors?: readonly UserError[] } | null | undefined)?.userErrors ?? [];
}

/** The first of them as a problem; null if there is nothing to mend. */
export function refusalOf(result: unknown): Problem | null {
  const [first] = userErrorsOf(result);
  return first ? problemOfUserError(first) : null;
}
