// A push that was touched while the app is open: the service worker says where it leads, and no form is taken away unasked.
import { navigate } from '../router.tsx';
import { workWords } from './words.ts';

const typedIn = new WeakSet<Element>();

/** Whether something is typed in a form that does not keep it by itself. */
function isTyping(): boolean {
  return [...document.querySelectorAll('#main form:not([data-keeps])')].some(form => typedIn.has(form));
}

export function followPushes(): void {
  if (!('serviceWorker' in navigator)) return;
  document.addEventListener('input', ({ target }) => {
    const form = target instanceof Element ? target.closest('form') : null;
    if (form) typedIn.add(form);
  });
  navigator.serviceWorker.addEventListener('message', ({ data }: MessageEvent<{ open?: unknown } | null>) => {
    const to = data?.open;
    if (typeof to !== 'string' || !/^\/app(\/|\?|$)/.test(to)) return;
    if (!isTyping() || confirm(workWords().inbox.leaveForm)) navigate(to, { asIs: true });
  });
}
