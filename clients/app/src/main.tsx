// Where the page begins.
import { render } from 'preact';
import { App } from './app.tsx';
import { firstLanguage } from './kit.ts';
import { showTheme } from './state.ts';
import { speak } from './words/index.ts';

showTheme();
await speak(firstLanguage);
render(<App />, document.getElementById('app')!);

if ('serviceWorker' in navigator) {
  addEventListener('load', () => void navigator.serviceWorker.register('/app/sw.js', { scope: '/app' }).catch(() => undefined));
}
