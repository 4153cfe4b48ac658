// Where the page begins.
import { render } from 'preact';
import { App } from './app.tsx';
import { firstLanguage } from './kit.ts';
import { showTheme } from './state.ts';
import { speak } from './words/index.ts';

showTheme();
await speak(firstLanguage);
const place = document.getElementById('app')!;
place.replaceChildren();
render(<App />, place);

// Once the first view is there, so that what it keeps for later does not stand in its way.
const whenLoaded = (work: () => void) => (document.readyState === 'complete' ? work() : addEventListener('load', work, { once: true }));

if ('serviceWorker' in navigator) {
  const register = (scope: string) => navigator.serviceWorker.register('/app/sw.js', { scope });
  // A server that does not allow the wider scope leaves all pages but the first one offline.
  whenLoaded(() => void register('/app').catch(() => register('/app/')).catch(() => undefined));
}
