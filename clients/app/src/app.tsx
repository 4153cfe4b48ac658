// The shell: header, navigation, and the screen of the address.
import type { ComponentType } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { AsOfBanner, AsOfControl } from './as-of.tsx';
import { client } from './kit.ts';
import { useProgramme, useProgrammesAsked, useProgrammeTrouble } from './programme.tsx';
import { Link, match, navigate, usePlace, useSignInPath } from './router.tsx';
import type { NavItem, Params, Route } from './routes.ts';
import { navigation as reading, routes as readingRoutes } from './screens/index.ts';
import { sitting, theme, useSignedIn, type Theme } from './state.ts';
import { useStore } from './store.ts';
import { Icon, ICONS } from './ui/icons.tsx';
import { NotFound } from './ui/not-found.tsx';
import { Page, ProblemBox, Skeleton } from './ui/page.tsx';
import { asProblem, todayTrouble } from './query.ts';
import { speak, useLanguage, useWords } from './words/index.ts';
import { HeaderTools, navigation as working, routes as workRoutes } from './work/index.tsx';

const ROUTES: Route[] = [...readingRoutes, ...workRoutes];

export function App() {
  const words = useWords();
  const place = usePlace();
  const main = useRef<HTMLElement>(null);
  const [first, second] = [useProgrammeTrouble(), useStore(todayTrouble)];
  const trouble = first ?? second;
  const turn = useStore(sitting);
  return (
    <div class="shell">
      <a class="skip" href="#main" onClick={event => { event.preventDefault(); main.current?.focus(); }}>{words.skip}</a>
      <Header key={turn} />
      <SideBar path={place.path} />
      <main id="main" tabIndex={-1} ref={main}>
        <AsOfBanner />
        {trouble && <div class="page trouble"><ProblemBox problem={trouble.problem} again={trouble.again} /></div>}
        <Screen path={place.path} key={turn} />
      </main>
      <PhoneBar path={place.path} />
    </div>
  );
}

function Header() {
  const words = useWords();
  useProgrammesAsked();
  const programme = useProgramme();
  return (
    <header class="top">
      <Link to="/app" class="brand">
        <svg width="30" height="30" viewBox="0 0 64 64" aria-hidden="true">
          <rect width="64" height="64" rx="14" class="stone-back" /><path d="M21 48V25a11 11 0 0 1 22 0v23z" class="stone" />
          <path d="M21 30v-5a11 11 0 0 1 22 0v5z" class="stone-cap" /><path d="M15 49h34" class="stone-line" />
        </svg>
        <span class="brand-name">{words.app}</span>
        {programme && <span class="brand-place">{programme.subjectName}</span>}
      </Link>
      <SearchBox />
      <div class="tools">
        <AsOfControl />
        <LanguageSwitch />
        <ThemeSwitch />
        <HeaderTools />
        <Account />
      </div>
    </header>
  );
}

function SearchBox() {
  const words = useWords();
  const { path, search } = usePlace();
  const typed = path === '/app/search' ? search.get('q') ?? '' : '';
  const field = useRef<HTMLInputElement>(null);
  const submit = (event: Event) => {
    event.preventDefault();
    const text = field.current!.value.trim();
    if (text) navigate(`/app/search?q=${encodeURIComponent(text)}`);
  };
  return (
    <form class="search-box" role="search" onSubmit={submit}>
      <Icon d={ICONS.search} size={18} />
      <input ref={field} key={typed} type="search" name="q" defaultValue={typed} placeholder={words.searchHint} aria-label={words.search}
        enterkeyhint="search" autocomplete="off" />
    </form>
  );
}

function LanguageSwitch() {
  const words = useWords();
  const language = useLanguage();
  const other = language === 'vi' ? 'en' : 'vi';
  return (
    <button type="button" class="tool text-tool" lang={other} onClick={() => void speak(other)} title={words.otherLanguage}>
      <span aria-hidden="true">{other.toUpperCase()}</span><span class="unseen">{words.otherLanguage}</span>
    </button>
  );
}

const NEXT_THEME: Record<Theme, Theme> = { auto: 'light', light: 'dark', dark: 'auto' };

function ThemeSwitch() {
  const words = useWords();
  const chosen = useStore(theme);
  const text = `${words.theme}: ${words.themes[chosen]}`;
  return (
    <button type="button" class="tool wide-only" onClick={() => theme.set(NEXT_THEME[chosen])} aria-label={text} title={text}>
      <Icon d={ICONS[chosen]} />
    </button>
  );
}

function Account() {
  const words = useWords();
  const signedIn = useSignedIn();
  const signInPath = useSignInPath();
  if (signedIn) {
    const name = client.session.viewer?.fullName ?? words.account;
    return <Link to="/app/settings" class="tool account" title={name} aria-label={`${words.account}: ${name}`}><Icon d={ICONS.account} /></Link>;
  }
  return <Link to={signInPath} class="button small sign-in">{words.signIn}</Link>;
}

function useNavigation(): { read: NavItem[]; work: NavItem[] } {
  const signedIn = useSignedIn();
  const viewer = { signedIn, roles: client.session.viewer?.roles ?? [] };
  return { read: reading, work: working.filter(item => !item.shown || item.shown(viewer)) };
}

/** Which of them an address belongs to: the one that names most of it. */
function currentOf(items: NavItem[], path: string): NavItem | undefined {
  const holding = items.filter(item => path === item.path || (item.path !== '/app' && path.startsWith(`${item.path}/`)));
  return holding.sort((a, b) => b.path.length - a.path.length)[0];
}

function SideBar({ path }: { path: string }) {
  const words = useWords();
  const { read, work } = useNavigation();
  const current = currentOf([...read, ...work], path);
  const list = (items: NavItem[]) => (
    <ul>
      {items.map(item => (
        <li key={item.path}>
          <Link to={item.path} aria-current={item === current ? 'page' : undefined}><Icon d={item.icon} />{item.title(words)}</Link>
        </li>
      ))}
    </ul>
  );
  return (
    <nav class="side" aria-label={words.menu}>
      <h2>{words.read}</h2>
      {list(read)}
      {work.length > 0 && <><h2>{words.atWork}</h2>{list(work)}</>}
    </nav>
  );
}

/** What is done most often is one touch away; the rest is one more. */
function PhoneBar({ path }: { path: string }) {
  const words = useWords();
  const { read, work } = useNavigation();
  const all = [...read, ...work];
  const first = all.filter(item => item.onPhone !== undefined).sort((a, b) => a.onPhone! - b.onPhone!).slice(0, 4);
  const rest = all.filter(item => !first.includes(item));
  const current = currentOf(all, path);
  const [open, setOpen] = useState(false);
  useEffect(() => setOpen(false), [path]);
  useEffect(() => {
    if (!open) return;
    const close = (event: KeyboardEvent) => { if (event.key === 'Escape') setOpen(false); };
    addEventListener('keydown', close);
    return () => removeEventListener('keydown', close);
  }, [open]);
  const link = (item: NavItem) => (
    <Link to={item.path} aria-current={item === current ? 'page' : undefined} key={item.path}>
      <Icon d={item.icon} size={22} /><span>{item.title(words)}</span>
    </Link>
  );
  return (
    <nav class="phone" aria-label={words.menu}>
      {open && <div class="phone-more" id="phone-more">{rest.map(link)}<ThemeRow /></div>}
      {first.map(link)}
      <button type="button" aria-expanded={open} aria-controls="phone-more" onClick={() => setOpen(!open)}>
        <Icon d={open ? ICONS.close : ICONS.more} size={22} /><span>{open ? words.close : words.more}</span>
      </button>
    </nav>
  );
}

function ThemeRow() {
  const words = useWords();
  const chosen = useStore(theme);
  return (
    <button type="button" onClick={() => theme.set(NEXT_THEME[chosen])}>
      <Icon d={ICONS[chosen]} size={22} /><span>{words.theme}: {words.themes[chosen].toLowerCase()}</span>
    </button>
  );
}

type Loaded = { route: Route; component: ComponentType<{ params: Params }> };

/** The screen of an address; the one before stays until the next is there, or for a moment at most. */
function Screen({ path }: { path: string }) {
  const words = useWords();
  const found = match(ROUTES, path);
  const [loaded, setLoaded] = useState<Loaded | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [turn, setTurn] = useState(0);
  const route = found?.route;
  useEffect(() => {
    if (!route || loaded?.route === route) return;
    let current = true;
    setError(null);
    route.load().then(
      module => { if (current) setLoaded({ route, component: module.default }); },
      (problem: unknown) => { if (current) setError(problem); },
    );
    return () => { current = false; };
  }, [route, turn]);

  if (!found) return <NotFound />;
  if (error) {
    return <Page title={found.route.title(words)}><ProblemBox problem={asProblem(error)} again={() => setTurn(turn + 1)} /></Page>;
  }
  if (!loaded || loaded.route !== route) {
    return <div class="page"><div class="page-head"><p class="h1 muted">{found.route.title(words)}</p></div><Skeleton lines={6} /></div>;
  }
  const Component = loaded.component;
  return <Component params={found.params} key={path} />;
}
