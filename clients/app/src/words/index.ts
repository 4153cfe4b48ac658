// The words of the interface in the language that is chosen. English is loaded when somebody asks for it.
import { client, type Language } from '../kit.ts';
import { language } from '../state.ts';
import { memory, store, useStore } from '../store.ts';
import { vi } from './vi.ts';

export type Words = typeof vi;

const words = store<Words>(vi);

export async function speak(chosen: Language): Promise<void> {
  const table = chosen === 'en' ? (await import('./en.ts')).en : vi;
  client.language = chosen;
  memory.write('language', chosen);
  document.documentElement.lang = chosen;
  words.set(table);
  language.set(chosen);
}

export const useWords = (): Words => useStore(words);
export const useLanguage = (): Language => useStore(language);

/** What people call a value of an enum, such as `label(words, 'Timeliness', 'OVERDUE')`. */
export function label(words: Words, type: string, value: string | null | undefined): string {
  return value ? words.labels[type]?.[value] ?? value : words.unknown;
}
