// What holds for all screens: language, theme, the day "as of", the programme, today, who has signed in.
import { client, firstLanguage, type Language } from './kit.ts';
import { address, currentPlace, navigate, onNavigation } from './router.tsx';
export { addDays, endOfDay, lastMonday, startOfDay, today } from './days.ts';
import { memory, store, useStore } from './store.ts';
import { useEffect, useState } from 'preact/hooks';

export const language = store<Language>(firstLanguage);

export type Theme = 'auto' | 'light' | 'dark';
const rememberedTheme = memory.read('theme');
export const theme = store<Theme>(rememberedTheme === 'light' || rememberedTheme === 'dark' ? rememberedTheme : 'auto');
const darkness = matchMedia('(prefers-color-scheme: dark)');

export function showTheme(): void {
  const chosen = theme.get();
  const dark = chosen === 'dark' || (chosen === 'auto' && darkness.matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  document.documentElement.style.colorScheme = dark ? 'dark' : 'light';
}
theme.onChange(() => {
  memory.write('theme', theme.get() === 'auto' ? null : theme.get());
  showTheme();
});
darkness.addEventListener('change', showTheme);

/** The day of which the screens show what was known, such as 2025-06-30; null is now. It stands in the address, if it is a day gone by. */
export const asOf = store<string | null>(readAsOf());
function readAsOf(): string | null {
  return currentPlace().search.get('asof');
}
onNavigation(() => asOf.set(readAsOf()));

export function setAsOf(day: string | null): void {
  const { path, search } = currentPlace();
  const next = new URLSearchParams(search);
  if (day) next.set('asof', day);
  else next.delete('asof');
  navigate(address(path, next), { asIs: true });
}

/** Code of the programme and of its province, as remembered from the visit before. */
export interface Programme {
  code: string;
  name: string;
  subject: string;
  subjectName: string;
}
export const programme = store<Programme | null>(rememberedProgramme());
function rememberedProgramme(): Programme | null {
  try {
    const kept = JSON.parse(memory.read('programme') ?? 'null') as Programme | null;
    return kept && typeof kept.code === 'string' && typeof kept.subject === 'string' ? kept : null;
  } catch {
    return null;
  }
}
export function chooseProgramme(chosen: Programme | null): void {
  memory.write('programme', chosen && JSON.stringify(chosen));
  programme.set(chosen);
}

/** What the session says, followed. */
function useSession<T extends string | boolean | null>(read: () => T): T {
  const [value, setValue] = useState(read);
  useEffect(() => {
    setValue(read());
    return client.session.onChange(() => setValue(read()));
  }, []);
  return value;
}

export const useSignedIn = (): boolean => useSession(() => client.session.signedIn);

/** Who it is that has signed in; null if nobody has. */
export const viewerId = (): string | null => client.session.viewer?.id ?? null;
export const useViewer = (): string | null => useSession(viewerId);

/** Grows whenever somebody leaves: what a screen has asked for or been told so far is no longer for whoever sits there. */
export const sitting = store(0);
let sitter = viewerId();
client.session.onChange(() => {
  const before = sitter;
  sitter = viewerId();
  if (before !== null && before !== sitter) sitting.set(sitting.get() + 1);
});

export const useAsOf = (): string | null => useStore(asOf);
