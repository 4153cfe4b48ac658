import type { Variables } from './document.js';
import { type GraphqlError, type Problem, httpProblem, networkProblem, noAnswer, problemOfError } from './problem.js';
import type { World } from './world.js';

export interface Question {
  readonly text: string;
  readonly variables: Variables;
}

export interface Answer {
  readonly data: Record<string, unknown> | null;
  readonly problems: readonly Problem[];
}

/** The server gives up after 20 seconds; whoever has heard nothing after so long, hears nothing any more. */
const PATIENCE = 30_000;
/** Longer addresses are cut off or refused somewhere on the way. */
const LONGEST_ADDRESS = 6_000;

export function headersOf(world: World, token: string | null): Record<string, string> {
  return {
    'accept-language': world.language,
    'x-client-name': world.name,
    ...(world.version && { 'x-client-version': world.version }),
    ...(token && { authorization: `Bearer ${token}` }),
  };
}

/** As `fetch`; fails with a problem, or with the caller's own reason to stop. */
export async function reach(world: World, url: string, init: RequestInit, patience = PATIENCE): Promise<Response> {
  const given = init.signal;
  given?.throwIfAborted();
  const control = new AbortController();
  const stop = () => control.abort(given?.reason);
  given?.addEventListener('abort', stop);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    control.abort();
  }, patience);
  try {
    const response = await world.fetch(url, { ...init, signal: control.signal });
    // The body is part of the answer: it is read while somebody still watches the time.
    const body = response.status === 204 || response.status === 304 ? null : await response.blob();
    return new Response(body, response);
  } catch (cause) {
    given?.throwIfAborted();
    throw late ? noAnswer(world.language) : networkProblem(world.language, cause);
  } finally {
    clearTimeout(timer);
    given?.removeEventListener('abort', stop);
  }
}

/** The problem of an answer that says that nothing was done. */
export async function problemOf(world: World, response: Response): Promise<Problem> {
  const requestId = response.headers.get('x-request-id');
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  const retryAfter = Number.isFinite(seconds) ? seconds : null;
  try {
    const [error] = ((await response.json()) as { errors: GraphqlError[] }).errors;
    const extensions = { ...(retryAfter !== null && { retryAfter }), ...error!.extensions };
    return problemOfError({ ...error!, extensions }, requestId);
  } catch {
    return httpProblem(world.language, response.status, requestId, retryAfter);
  }
}

/** Asks once. What is public may go by GET, so that the browser's cache can keep it. */
export async function ask(
  world: World,
  question: Question,
  { token = null, get = false, signal }: { token?: string | null; get?: boolean; signal?: AbortSignal | undefined } = {},
): Promise<Answer> {
  const headers = { ...headersOf(world, token), accept: 'application/graphql-response+json' };
  const address = get ? addressOf(world.url, question) : null;
  const sent = { signal: signal ?? null };
  const response = address
    ? await reach(world, address, { ...sent, headers })
    : await reach(world, world.url, {
        ...sent,
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify({ query: question.text, variables: question.variables }),
      });
  if (!response.ok) {
    throw await problemOf(world, response);
  }
  const requestId = response.headers.get('x-request-id');
  let body: { data?: Record<string, unknown> | null; errors?: GraphqlError[] } | null;
  try {
    body = (await response.json()) as typeof body;
  } catch {
    throw httpProblem(world.language, response.status, requestId, null);
  }
  // A portal or a proxy may answer something of its own: nothing of it says that anything was read or done.
  if (!body?.data && !body?.errors?.length) {
    throw httpProblem(world.language, response.status, requestId, null);
  }
  const problems = (body.errors ?? []).map(error => problemOfError(error, requestId));
  return { data: body.data ?? null, problems };
}

function addressOf(url: string, { text, variables }: Question): string | null {
  const parameters = new URLSearchParams({ query: text });
  if (Object.keys(variables).length > 0) {
    parameters.set('variables', JSON.stringify(variables));
  }
  const address = `${url}?${parameters}`;
  return address.length > LONGEST_ADDRESS ? null : address;
}
