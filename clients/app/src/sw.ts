/// <reference lib="webworker" />
// The service worker: the app opens without a network, and says what is pushed to this phone.
// It keeps the app's own files and nothing that the server was asked: figures kept for flight mode are the screens' affair, by account.
declare const __ASSETS__: string[];
declare const __VERSION__: string;

interface Push {
  title: string;
  body: string;
  tag: string;
  /** Where the app shows what it tells of. */
  path?: string;
}

const worker = self as unknown as ServiceWorkerGlobalScope;
const PREFIX = 'cotmoc-app-';
const CACHE = PREFIX + __VERSION__;
const PAGE = '/app';
const MANIFEST = '/app/manifest.webmanifest';

/** So long the network may take for a page before the kept one is shown, in milliseconds. */
const PATIENCE = 4000;

worker.addEventListener('install', event => {
  event.waitUntil(caches.open(CACHE).then(cache => cache.addAll([PAGE, MANIFEST, ...__ASSETS__])));
});

// A new version waits until no page of the old one is open: those still load files that only the old one has.
worker.addEventListener('activate', event => {
  event.waitUntil(
    (async () => {
      const old = (await caches.keys()).filter(name => name.startsWith(PREFIX) && name !== CACHE);
      await Promise.all(old.map(name => caches.delete(name)));
      await worker.clients.claim();
    })(),
  );
});

worker.addEventListener('fetch', event => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== worker.location.origin) return;
  if (url.pathname.startsWith('/app/assets/')) event.respondWith(fromCache(request));
  else if (request.mode === 'navigate' && isPage(url.pathname)) event.respondWith(page(request));
  else if (url.pathname === MANIFEST) event.respondWith(fetch(request).catch(() => kept(MANIFEST)));
});

function isPage(path: string): boolean {
  return path === PAGE || (path.startsWith(`${PAGE}/`) && !path.split('/').at(-1)!.includes('.js'));
}

/** A file's name says its content, so the kept one is as good as any. */
async function fromCache(request: Request): Promise<Response> {
  return (await caches.match(request)) ?? fetch(request);
}

/** The newest page if the network is quick, else the one that was kept: every address of the app is the same page. */
async function page(request: Request): Promise<Response> {
  const asked = fetch(request);
  const late = new Promise<null>(resolve => setTimeout(resolve, PATIENCE, null));
  try {
    const answer = await Promise.race([asked, late]);
    if (answer && answer.status < 500) return answer;
  } catch {
    return kept(PAGE);
  }
  return (await caches.match(PAGE)) ?? asked;
}

async function kept(path: string): Promise<Response> {
  return (await caches.match(path)) ?? Response.error();
}

const INBOX = `${PAGE}/work/notifications`;

worker.addEventListener('push', event => {
  const { title, body, tag, path } = event.data!.json() as Push;
  const icon = __ASSETS__.find(name => /\/icon-192-[^/]*\.png$/.test(name));
  event.waitUntil(worker.registration.showNotification(title, { body, tag, icon, badge: icon, data: { path } }));
});

// A touch opens what it tells of, in the window that is open already where there is one.
worker.addEventListener('notificationclick', event => {
  event.notification.close();
  const { path } = (event.notification.data ?? {}) as { path?: string };
  event.waitUntil(open(path && isPage(path) ? path : INBOX));
});

/** A window that is open goes there by itself: only the page knows whether something is being typed in it. */
async function open(path: string): Promise<void> {
  const windows = await worker.clients.matchAll({ type: 'window' });
  const own = windows.filter(({ url }) => isPage(new URL(url).pathname));
  const shown = own.find(({ focused }) => focused) ?? own.find(({ visibilityState }) => visibilityState === 'visible') ?? own[0];
  if (shown) {
    await shown.focus().catch(() => undefined);
    shown.postMessage({ open: path });
  } else {
    await worker.clients.openWindow(path);
  }
}
