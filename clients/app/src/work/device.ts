// What this device keeps, and when it forgets: figures of an agency are not left to whoever uses it next.
import { client } from '../kit.ts';
import { forgetCopies, forgetOf } from './kept.ts';
import { parcels } from './parcels.ts';
import { endPush } from './push.ts';

/** Forgets what was read once a session is over, or another person has signed in. */
export function whenSignedOut(): void {
  let before = client.session.viewer?.login ?? null;
  client.session.onChange(() => {
    const now = client.session.viewer?.login ?? null;
    if (before !== null && before !== now) void forgetCopies();
    before = now;
  });
}

/** What was written and not sent yet, by whoever is signed in. */
export async function unsent(): Promise<number> {
  return (await client.outbox.list()).filter(({ state }) => state !== 'sent').length + (await parcels.list()).length;
}

/** Signs out, and leaves nothing of this person on the device. What somebody else has left there waits for them. */
export async function leave(): Promise<void> {
  const login = client.session.viewer?.login;
  // Photographs on their way find out that they are no longer wanted.
  if (login !== undefined) await forgetOf(login);
  for (const { id } of await client.outbox.list()) await client.outbox.discard(id);
  await endPush().catch(() => undefined);
  await client.session.signOut();
  if (login !== undefined) await forgetOf(login);
}
