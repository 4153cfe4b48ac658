/** What both adapters share. */
import type { Problem } from '../problem.js';

/** An event of the change feed, as `changed` answers it. */
export interface ChangeEvent {
  readonly kind: 'UPSERT' | 'DELETED' | 'RELOAD';
  /** Such as `PROGRESS_UPDATE`. */
  readonly type: string;
  readonly id?: string | null;
}

/** The name of the type in the schema: `PROGRESS_UPDATE` is `ProgressUpdate`. */
export const typeOf = (type: string): string =>
  type.toLowerCase().replace(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase());

/** A problem as an error of GraphQL, for libraries that know only those. */
export const graphqlError = ({ message, path, code, reason, requestId, retryAfter }: Problem) => ({
  message,
  path: [...path],
  extensions: { code, reason, requestId, retryAfter },
});

/** Pages, as arguments ask for them; the rest says of which list. */
export const PAGE_ARGUMENTS: readonly string[] = ['first', 'after', 'last', 'before'];
