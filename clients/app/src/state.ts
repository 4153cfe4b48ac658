// What holds for all screens: language, theme, the day "as of", the programme, today, who has signed in.
import { client, firstLanguage, type Language } from './kit.ts';
import { currentPlace, onNavigation, navigate } from './router.tsx';
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

/** The day of which the screens show what was known, such as 2025-06-30; null is now. It stands in the address. */
export const asOf = store<string | null>(readAsOf());
function readAsOf(): string | null {
  const day = currentPlace().search.get('asof');
  return day && /^\d{4}-\d{2}-\d{2}$/.test(day) ? day : null;
}
onNavigation(() => asOf.set(readAsOf()));

export function setAsOf(day: string | null): void {
  const { path, search } = currentPlace();
  const next = new URLSearchParams(search);
  if (day) next.set('asof', day);
  else next.delete('asof');
  const text = next.toString();
  navigate(path + (text ? `?${text}` : ''), { asIs: true });
}

/** The end of a day in Việt Nam, which has no summer time. */
export function endOfDay(day: string): string {
  return `${day}T17:00:00Z`;
}
/** The beginning of a day in Việt Nam: the end of the one before. */
export function startOfDay(day: string): string {
  return endOfDay(addDays(day, -1));
}
export function addDays(day: string, days: number): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}
/** The Monday of the week of a day; on a Monday the one a week before, for whoever was away. */
export function lastMonday(day: string): string {
  const weekday = (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;
  return addDays(day, weekday === 0 ? -7 : -weekday);
}

/** Today as the server says it: its answers know, the browser's clock may be wrong. */
export const today = store<string | null>(null);

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

export function useSignedIn(): boolean {
  const [signedIn, setSignedIn] = useState(client.session.signedIn);
  useEffect(() => {
    setSignedIn(client.session.signedIn);
    return client.session.onChange(() => setSignedIn(client.session.signedIn));
  }, []);
  return signedIn;
}

export const useAsOf = (): string | null => useStore(asOf);
