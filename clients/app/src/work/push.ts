// Push messages in this browser: by the service worker, with the server's key, until the session ends.
import { client } from '../kit.ts';
import { CHOICES, SUBSCRIBE_TO_PUSH, UNSUBSCRIBE_FROM_PUSH } from './documents.ts';

export const pushSupported = (): boolean => 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;

export async function currentSubscription(): Promise<PushSubscription | null> {
  if (!pushSupported()) return null;
  const registration = await navigator.serviceWorker.getRegistration('/app');
  return (await registration?.pushManager.getSubscription()) ?? null;
}

/** Asks the person, then the browser's push service, then tells the server. */
export async function turnOn(key: string): Promise<'on' | 'denied'> {
  if ((await Notification.requestPermission()) !== 'granted') return 'denied';
  const registration = await navigator.serviceWorker.ready;
  const subscription = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  const { endpoint, keys } = subscription.toJSON() as { endpoint: string; keys: { p256dh: string; auth: string } };
  await client.mutate(SUBSCRIBE_TO_PUSH, { input: { endpoint, p256dh: keys.p256dh, auth: keys.auth } });
  return 'on';
}

export async function turnOff(known: readonly { id: string; endpoint: string }[]): Promise<void> {
  const subscription = await currentSubscription();
  const ours = known.find(({ endpoint }) => endpoint === subscription?.endpoint);
  if (ours) await client.mutate(UNSUBSCRIBE_FROM_PUSH, { input: { subscription: ours.id } });
  await subscription?.unsubscribe();
}

/** So long signing out waits for the server to hear of it, in milliseconds; without it the push service still refuses its messages. */
const PATIENCE = 5000;

/** Nothing more is pushed to this device for whoever signs out, and what was shown for them is taken away. */
export async function endPush(): Promise<void> {
  if (!pushSupported()) return;
  const registration = await navigator.serviceWorker.getRegistration('/app');
  for (const shown of (await registration?.getNotifications()) ?? []) shown.close();
  const subscription = await currentSubscription();
  if (!subscription) return;
  if (navigator.onLine) {
    const signal = AbortSignal.timeout(PATIENCE);
    await client.query(CHOICES, {}, { signal }).then(async ({ viewer }) => {
      const ours = viewer?.pushSubscriptions?.find(({ endpoint }) => endpoint === subscription.endpoint);
      if (ours) await client.mutate(UNSUBSCRIBE_FROM_PUSH, { input: { subscription: ours.id } }, { signal });
    }).catch(() => undefined);
  }
  await subscription.unsubscribe();
}
