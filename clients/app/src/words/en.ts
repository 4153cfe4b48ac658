// The words of vi.ts in English.
import { labels } from './labels-en.ts';
import { vi } from './vi.ts';
import type { Words } from './index.ts';

export const en: Words = { ...vi, labels };
