// The one client of the page, and what of the kit the screens use.
import { createClient, type Language } from '../../typescript/src/index.ts';
import { memory } from './store.ts';

export * from '../../typescript/src/index.ts';

const remembered = memory.read('language');
export const firstLanguage: Language = remembered === 'vi' || remembered === 'en' ? remembered : 'vi';

export const client = createClient({ url: new URL('/graphql', location.href).href, language: firstLanguage });
