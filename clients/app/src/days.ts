// Days of Việt Nam, as the screens ask for them: such as 2025-06-30.
import { store } from './store.ts';

/** Today as the server says it: its answers know, the browser's clock may be wrong. */
export const today = store<string | null>(null);

/** Until the server has said it, today is what the browser believes. Việt Nam has no summer time. */
const presumedToday = (): string => today.get() ?? new Date(Date.now() + 7 * 3_600_000).toISOString().slice(0, 10);

const FIRST_DAY = '1900-01-01';

/** A day of the calendar that is over, so that one can look back at how it ended. */
export function isGoneBy(day: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return false;
  const date = new Date(`${day}T00:00:00Z`);
  // The 30th of February is read as a day of March: not the day that was written.
  return !Number.isNaN(date.getTime()) && date.toISOString().slice(0, 10) === day && day >= FIRST_DAY && day < presumedToday();
}

/** The end of a day in Việt Nam. */
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
