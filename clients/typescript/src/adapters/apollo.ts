/** Apollo by the kit: `new ApolloClient({ link: cotmocLink(client), cache: new InMemoryCache(cotmocCache()) })`. */
import { type ApolloCache, ApolloLink, type FieldPolicy, type InMemoryCacheConfig, Observable } from '@apollo/client/core';
import { type DocumentNode, print } from 'graphql';
import type { Client } from '../client.js';
import { gql } from '../document.js';
import { Problem } from '../problem.js';
import { connections, possibleTypes } from './schema.js';
import { type ChangeEvent, PAGE_ARGUMENTS, graphqlError, typeOf } from './shared.js';

/**
 * The last link, in place of `HttpLink` and `GraphQLWsLink`: it sends what comes by the kit, with its session, its retries under
 * one idempotency key, and its live connection.
 */
export function cotmocLink(client: Client): ApolloLink {
  return new ApolloLink(
    ({ query, variables }) =>
      new Observable(observer => {
        const document = gql<Record<string, unknown>, object>(print(query));
        const fail = (error: unknown) => {
          if (error instanceof Problem && error.kind === 'graphql') {
            observer.next({ data: null, errors: [graphqlError(error)] as never });
            observer.complete();
          } else {
            observer.error(error);
          }
        };
        const kind = kindOf(query);
        if (kind === 'subscription') {
          return client.subscribe(document, variables, { next: data => observer.next({ data }), error: fail });
        }
        const control = new AbortController();
        const { signal } = control;
        let problems: readonly Problem[] = [];
        const answer =
          kind === 'mutation'
            ? client.mutate(document, variables, { signal })
            : client.query(document, variables, { signal, partial: found => (problems = found) });
        answer.then(data => {
          observer.next({ data, ...(problems.length > 0 && { errors: problems.map(graphqlError) as never }) });
          observer.complete();
        }, fail);
        return () => control.abort();
      }),
  );
}

function kindOf(document: DocumentNode): string {
  for (const definition of document.definitions) {
    if (definition.kind === 'OperationDefinition') {
      return definition.operation;
    }
  }
  return 'query';
}

interface Pages {
  nodes?: readonly unknown[];
  edges?: readonly unknown[];
  pageInfo?: object;
}

/** A list page behind page: what is asked for `after` the last one is put behind it. */
const pages: FieldPolicy<Pages> = {
  keyArgs: args => Object.keys(args ?? {}).filter(name => !PAGE_ARGUMENTS.includes(name)).sort(),
  merge(existing, incoming, { args }) {
    const [behind, before] = [Boolean(args?.['after']), Boolean(args?.['before'])];
    if (!existing || !(behind || before)) {
      return incoming;
    }
    const joined = (old: readonly unknown[] = [], more: readonly unknown[] = []) => (behind ? [...old, ...more] : [...more, ...old]);
    return {
      ...existing,
      ...incoming,
      ...(incoming.nodes && { nodes: joined(existing.nodes, incoming.nodes) }),
      ...(incoming.edges && { edges: joined(existing.edges, incoming.edges) }),
    };
  },
};

/** How `InMemoryCache` keeps what Cotmoc answers: objects by their global ids, lists page behind page, fragments on interfaces. */
export function cotmocCache(): Pick<InMemoryCacheConfig, 'possibleTypes' | 'typePolicies'> {
  const fields = (names: readonly string[]) => Object.fromEntries(names.map(name => [name, pages]));
  return {
    possibleTypes: Object.fromEntries(Object.entries(possibleTypes).map(([type, names]) => [type, [...names]])),
    typePolicies: {
      ...Object.fromEntries(Object.entries(connections).map(([type, names]) => [type, { fields: fields(names) }])),
      // `viewer` has no id, and there is but one.
      Viewer: { keyFields: [] },
    },
  };
}

/** Brings a cache up to date by an event of the change feed (`changed`). What was put in its place is written already. */
export function applyChange(cache: ApolloCache, { kind, type, id }: ChangeEvent): void {
  if (kind === 'DELETED' && id) {
    const key = cache.identify({ __typename: typeOf(type), id });
    if (key) {
      cache.evict({ id: key });
    }
  } else if (kind === 'RELOAD') {
    for (const fieldName of connections['Query'] ?? []) {
      cache.evict({ id: 'ROOT_QUERY', fieldName });
    }
  }
  cache.gc();
}

/** Of `markNotificationsRead`, for `optimisticResponse`: what counts in the record is never shown before the server has said so. */
export const markedRead = () => ({
  markNotificationsRead: { __typename: 'MarkNotificationsReadPayload' as const, done: true, userErrors: [] },
});

/** And for `update`: the messages as read, in the cache. */
export function markRead(cache: ApolloCache, ids: readonly string[]): void {
  for (const id of ids) {
    const key = cache.identify({ __typename: 'Notification', id });
    if (key) {
      cache.modify({ id: key, fields: { readAt: (old: unknown) => old ?? new Date().toISOString() } });
    }
  }
}
