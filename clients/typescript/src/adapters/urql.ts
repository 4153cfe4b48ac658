/** Urql by the kit: `new Client({ url, exchanges: [cacheExchange(cotmocCache(relayPagination)), cotmocExchange(client)] })`. */
import { gql as documentOf, type Exchange, type Operation, type OperationResult, makeErrorResult, makeResult, stringifyDocument } from '@urql/core';
import type { CacheExchangeOpts, Resolver } from '@urql/exchange-graphcache';
import { filter, make, merge, mergeMap, pipe, takeUntil } from 'wonka';
import type { Client } from '../client.js';
import { gql } from '../document.js';
import { Problem } from '../problem.js';
import { connections, embedded } from './schema.js';
import { type ChangeEvent, graphqlError, typeOf } from './shared.js';

/**
 * The last exchange, in place of `fetchExchange` and `subscriptionExchange`: it sends what comes by the kit, with its session, its
 * retries under one idempotency key, and its live connection.
 */
export function cotmocExchange(client: Client): Exchange {
  return ({ forward }) =>
    operations => {
      const answers = pipe(
        operations,
        filter(({ kind }) => kind !== 'teardown'),
        mergeMap(operation => {
          const torn = filter<Operation>(({ kind, key }) => kind === 'teardown' && key === operation.key)(operations);
          return pipe(results(client, operation), takeUntil(torn));
        }),
      );
      const rest = forward(
        pipe(
          operations,
          filter(({ kind }) => kind === 'teardown'),
        ),
      );
      return merge([answers, rest]);
    };
}

const AS_READ = documentOf('fragment AsRead on Notification { __typename id readAt }');

function results(client: Client, operation: Operation) {
  return make<OperationResult>(({ next, complete }) => {
    const control = new AbortController();
    const document = gql<Record<string, unknown>, object>(stringifyDocument(operation.query));
    const variables = (operation.variables ?? {}) as object;
    const fail = (error: unknown) => {
      next(failed(operation, error));
      complete();
    };
    if (operation.kind === 'subscription') {
      return client.subscribe(document, variables, {
        next: data => next({ ...makeResult(operation, { data }), hasNext: true }),
        error: fail,
      });
    }
    let problems: readonly Problem[] = [];
    const { signal } = control;
    const answer =
      operation.kind === 'mutation'
        ? client.mutate(document, variables, { signal })
        : client.query(document, variables, { signal, partial: found => (problems = found) });
    answer.then(data => {
      next(makeResult(operation, { data, ...(problems.length > 0 && { errors: problems.map(graphqlError) }) }));
      complete();
    }, fail);
    return () => control.abort();
  });
}

function failed(operation: Operation, error: unknown): OperationResult {
  return error instanceof Problem && error.kind === 'graphql'
    ? makeResult(operation, { data: null, errors: [graphqlError(error)] })
    : makeErrorResult(operation, error as Error);
}

/**
 * How `cacheExchange` (`@urql/exchange-graphcache`) keeps what Cotmoc answers: objects by their global ids, lists page behind page,
 * and what the change feed tells of. Give it `relayPagination` of `@urql/exchange-graphcache/extras`.
 */
export function cotmocCache(relayPagination: () => Resolver): Pick<CacheExchangeOpts, 'keys' | 'resolvers' | 'updates' | 'optimistic'> {
  const pages = (fields: readonly string[]) => Object.fromEntries(fields.map(field => [field, relayPagination()]));
  return {
    keys: Object.fromEntries(embedded.map(type => [type, () => null])),
    resolvers: Object.fromEntries(Object.entries(connections).map(([type, fields]) => [type, pages(fields)])),
    updates: {
      Mutation: {
        markNotificationsRead({ markNotificationsRead }, { input }, cache) {
          const payload = markNotificationsRead as { done?: boolean } | null;
          const { notifications } = input as { notifications: readonly string[] };
          for (const id of payload?.done ? notifications : []) {
            const key = cache.keyOfEntity({ __typename: 'Notification', id });
            // What was never read into the cache need not be marked in it.
            if (key && cache.resolve(key, 'id')) {
              cache.writeFragment(AS_READ, { id, readAt: new Date().toISOString() });
            }
          }
        },
      },
      Subscription: {
        changed({ changed }, _variables, cache) {
          const { kind, type, id } = changed as unknown as ChangeEvent;
          if (kind === 'DELETED' && id) {
            cache.invalidate({ __typename: typeOf(type), id });
          } else if (kind === 'RELOAD') {
            for (const { fieldKey, fieldName } of cache.inspectFields('Query')) {
              if (connections['Query']?.includes(fieldName)) {
                cache.invalidate('Query', fieldKey);
              }
            }
          }
        },
      },
    },
    // What counts in the record (a figure handed in, a directive accepted) is never shown before the server has said so; that a
    // message was read may be.
    optimistic: {
      markNotificationsRead: () => ({ __typename: 'MarkNotificationsReadPayload', done: true, userErrors: [] }),
    },
  };
}
