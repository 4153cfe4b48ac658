// Addresses and screens, by the browser's own history.
import type { ComponentChildren } from 'preact';
import { isGoneBy, today } from './days.ts';
import type { Params, Route } from './routes.ts';
import { store, useStore } from './store.ts';

interface Place {
  path: string;
  search: URLSearchParams;
}

function here(): Place {
  const path = location.pathname.replace(/(.)\/$/, '$1');
  const search = new URLSearchParams(location.search);
  const day = search.get('asof');
  if (day !== null && !(isGoneBy(day) && looksBack(path))) {
    search.delete('asof');
    history.replaceState(history.state, '', address(location.pathname, search) + location.hash);
  }
  return { path, search };
}

/** Whether a screen can show a day gone by: one does not work in the past, nor does one sign in there. */
export const looksBack = (path: string): boolean => !/^\/app\/(work|settings|sign-in)(\/|$)/.test(path);

export function address(path: string, search: URLSearchParams): string {
  const text = search.toString();
  return path + (text ? `?${text}` : '');
}

const place = store<Place>(here());
addEventListener('popstate', () => place.set(here()));
// What the browser took for a day gone by may be today by the server's clock.
today.onChange(() => {
  const { search } = place.get();
  if (search.has('asof') && !isGoneBy(search.get('asof')!)) place.set(here());
});

export const currentPlace = (): Place => place.get();
export const usePlace = (): Place => useStore(place);
/** Where one signs in, and comes back from to where one is. */
export function useSignInPath(): string {
  const { path, search } = usePlace();
  return `/app/sign-in?back=${encodeURIComponent(address(path, search))}`;
}
export const onNavigation = (listener: () => void) => place.onChange(listener);

/** The day "as of" goes along wherever one goes, so that an address says what was seen. */
function withAsOf(to: string): string {
  const asOf = place.get().search.get('asof');
  const url = new URL(to, location.origin);
  if (!looksBack(url.pathname)) url.searchParams.delete('asof');
  else if (asOf && !url.searchParams.has('asof')) url.searchParams.set('asof', asOf);
  return url.pathname + url.search + url.hash;
}

export function navigate(to: string, options: { replace?: boolean; asIs?: boolean } = {}): void {
  const address = options.asIs ? to : withAsOf(to);
  if (options.replace) history.replaceState(null, '', address);
  else history.pushState(null, '', address);
  const before = place.get().path;
  place.set(here());
  if (place.get().path !== before) scrollTo(0, 0);
}

/** Changes what stands behind the question mark: null takes a name away. */
export function setSearch(changes: Record<string, string | null>): void {
  const search = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === '') search.delete(name);
    else search.set(name, value);
  }
  navigate(address(location.pathname, search), { replace: true, asIs: true });
}

interface LinkProps {
  to: string;
  class?: string;
  title?: string;
  lang?: string;
  'aria-current'?: 'page' | undefined;
  'aria-label'?: string;
  onClick?: (event: MouseEvent) => void;
  children?: ComponentChildren;
}

/** A link within the app: a real one, so that it opens in a new tab and says where it leads. */
export function Link({ to, onClick, children, ...rest }: LinkProps) {
  usePlace();
  const click = (event: MouseEvent) => {
    onClick?.(event);
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(to);
  };
  return <a {...rest} href={withAsOf(to)} onClick={click}>{children}</a>;
}

/** The first route whose path is that of an address, with what its names stand for. */
export function match(routes: readonly Route[], path: string): { route: Route; params: Params } | null {
  const parts = path.split('/');
  for (const route of routes) {
    const pattern = route.path.split('/');
    if (pattern.length !== parts.length) continue;
    const params: Params = {};
    const fits = pattern.every((name, index) => {
      const part = parts[index]!;
      if (!name.startsWith(':')) return name === part;
      try {
        params[name.slice(1)] = decodeURIComponent(part);
      } catch {
        return false;
      }
      return part !== '';
    });
    if (fits) return { route, params };
  }
  return null;
}

export const path = {
  indicator: (code: string) => `/app/indicators/${encodeURIComponent(code)}`,
  agency: (code: string) => `/app/agencies/${encodeURIComponent(code)}`,
  directive: (code: string) => `/app/directives/${encodeURIComponent(code)}`,
  document: (id: string) => `/app/documents/${encodeURIComponent(id)}`,
  object: (id: string) => `/app/objects/${encodeURIComponent(id)}`,
};
