// The words of the screens at work, in the language that is chosen. English is loaded when somebody asks for it.
import { useEffect } from 'preact/hooks';
import { language } from '../state.ts';
import { store, useStore } from '../store.ts';
import { useLanguage } from '../words/index.ts';
import { vi, type WorkWords } from './words-vi.ts';

const english = store<WorkWords | null>(null);

/** A screen is shown once its words are there. */
export async function loadWords(): Promise<void> {
  if (language.get() === 'en' && !english.get()) english.set((await import('./words-en.ts')).en);
}

export function useWork(): WorkWords {
  const spoken = useLanguage();
  const table = useStore(english);
  useEffect(() => void loadWords().catch(() => undefined), [spoken]);
  return spoken === 'en' && table ? table : vi;
}

/** The same once, for what is said outside of a screen. */
export const workWords = (): WorkWords => (language.get() === 'en' ? english.get() : null) ?? vi;
