/** A document of GraphQL: its text, and for the compiler what it answers and takes. Nothing is parsed at run time. */
export interface TypedDocument<Result, Variables> {
  readonly text: string;
  /** Never there: it carries the types. */
  readonly types?: (variables: Variables) => Result;
}

export type Variables = Readonly<Record<string, unknown>>;

/** A document out of its text. The generated ones (`cotmoc/documents`) are made by this too. */
export function gql<Result, Variables>(text: string): TypedDocument<Result, Variables> {
  return { text };
}

/** Whether a mutation takes an idempotency key, by the name that all documents of this kit use. */
export const takesKey = (text: string): boolean => /\$key\s*:/.test(text);
