// Figures whose photographs are still on this device: once there is a network the photographs go first, then the figure that names them.
import { useEffect, useState } from 'preact/hooks';
import { exclusively } from '../../../typescript/src/tabs.ts';
import { client, Problem, uuid } from '../kit.ts';
import { type DraftInput, DRAFT } from './documents.ts';
import { figureKey } from './form.ts';
import { kept, photos } from './kept.ts';
import { upload } from './upload.ts';

export interface Parcel {
  input: DraftInput;
  /** Names under which photographs are kept. */
  photos: string[];
  about: string;
  /** Whose it is: nobody else sends it. */
  login: string;
  /** The idempotency key of its change from the beginning, so that it is done once whoever hands it on, and however often. */
  key: string;
  /** Why it could not be sent, where another try alone does not help. */
  problem?: string;
}

const me = () => client.session.viewer?.login ?? '';
const prefix = (login: string) => `parcel:${login}:`;
const keyOf = ({ login, input }: Pick<Parcel, 'login' | 'input'>) => prefix(login) + figureKey(input);
const listeners = new Set<() => void>();
const hear = () => listeners.forEach(listener => listener());
/** The other tabs show the same list. */
const tabs = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('cotmoc:parcels');
tabs?.addEventListener('message', hear);
const tell = () => {
  hear();
  tabs?.postMessage('changed');
};

export const parcels = {
  onChange(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  async list(): Promise<Parcel[]> {
    const found = await Promise.all((await kept.keys(prefix(me()))).map(key => kept.read<Parcel>(key)));
    return found.flatMap(copy => (copy ? [copy.data] : []));
  },
  /** Keeps a figure of whoever is signed in. */
  async put(parcel: Omit<Parcel, 'login' | 'key'>): Promise<void> {
    await write({ ...parcel, login: me(), key: uuid() });
  },
  async drop(input: DraftInput): Promise<void> {
    await remove({ login: me(), input });
  },
};

async function write(parcel: Parcel): Promise<void> {
  await kept.write(keyOf(parcel), parcel);
  tell();
}

async function remove(parcel: Pick<Parcel, 'login' | 'input'>): Promise<void> {
  await kept.drop(keyOf(parcel));
  tell();
}

/** Those of whoever is signed in; null until the device has looked. */
export function useParcels(): Parcel[] | null {
  const [list, setList] = useState<Parcel[] | null>(null);
  useEffect(() => {
    let current = true;
    const look = () => void parcels.list().then(found => { if (current) setList(found); });
    look();
    const stop = parcels.onChange(look);
    return () => {
      current = false;
      stop();
    };
  }, []);
  return list;
}

/** Whether it is still to be sent: the same person is signed in, and has neither discarded nor replaced it. */
async function isWanted(parcel: Parcel): Promise<boolean> {
  const copy = await kept.read<Parcel>(keyOf(parcel));
  return copy?.data.key === parcel.key && client.session.viewer?.login === parcel.login;
}

/** Sends photographs, each once: what has arrived is noted at once. Null where it is no longer to be sent. */
async function arrived(parcel: Parcel): Promise<Parcel | null> {
  let now = parcel;
  for (const name of parcel.photos) {
    const file = await photos.read(name);
    if (!(await isWanted(parcel))) return null;
    const sent = file ? [await upload(file)] : [];
    if (!(await isWanted(parcel))) return null;
    const input = { ...now.input, attachments: [...(now.input.attachments ?? []), ...sent] };
    now = { ...now, input, photos: now.photos.filter(other => other !== name) };
    await write(now);
    await photos.drop(name);
  }
  return now;
}

/** Hands on what can be handed on. Called whenever there is a network again; of several tabs one does it at a time. */
export async function deliver(): Promise<void> {
  if (!navigator.onLine || !client.session.signedIn) return;
  await exclusively('cotmoc:parcels', async () => {
    for (const parcel of await parcels.list()) {
      if (!(await handOn(parcel))) break;
    }
  });
}

/** False where there is no network after all, or somebody else is signed in by now: it stays, and is tried again. */
async function handOn(parcel: Parcel): Promise<boolean> {
  let ready: Parcel | null;
  try {
    ready = await arrived(parcel);
    if (!ready || !(await isWanted(ready))) return client.session.viewer?.login === parcel.login;
    const variables = { input: ready.input, key: ready.key };
    await client.outbox.add({ document: DRAFT, variables, about: parcel.about });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.retryable || client.session.viewer?.login !== parcel.login) return false;
    const copy = await kept.read<Parcel>(keyOf(parcel));
    if (copy?.data.key === parcel.key) await write({ ...copy.data, problem: error.message });
    return true;
  }
  await remove(ready);
  return true;
}
