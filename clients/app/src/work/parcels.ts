// Figures whose photographs are still on this device: once there is a network the photographs go first, then the figure that names them.
import { useEffect, useState } from 'preact/hooks';
import { client, Problem } from '../kit.ts';
import { type DraftInput, DRAFT } from './documents.ts';
import { figureKey } from './form.ts';
import { kept, photos } from './kept.ts';
import { upload } from './upload.ts';

export interface Parcel {
  input: DraftInput;
  /** Names under which photographs are kept. */
  photos: string[];
  about: string;
  /** Why it could not be sent, where another try alone does not help. */
  problem?: string;
}

const prefix = () => `parcel:${client.session.viewer?.login ?? ''}:`;
const keyOf = (input: DraftInput) => prefix() + figureKey(input);
const listeners = new Set<() => void>();
const tell = () => listeners.forEach(listener => listener());

export const parcels = {
  onChange(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  async list(): Promise<Parcel[]> {
    const found = await Promise.all((await kept.keys(prefix())).map(key => kept.read<Parcel>(key)));
    return found.flatMap(copy => (copy ? [copy.data] : []));
  },
  async put(parcel: Parcel): Promise<void> {
    await kept.write(keyOf(parcel.input), parcel);
    tell();
  },
  async drop(input: DraftInput): Promise<void> {
    await kept.drop(keyOf(input));
    tell();
  },
};

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

/** Sends photographs, and answers their ids; each is forgotten here once it has arrived. */
async function arrived(parcel: Parcel): Promise<string[]> {
  const ids = [...(parcel.input.attachments ?? [])];
  for (const name of parcel.photos) {
    const file = await photos.read(name);
    if (file) ids.push(await upload(file));
  }
  return ids;
}

let delivering = false;

/** Hands on what can be handed on. Called whenever there is a network again. */
export async function deliver(): Promise<void> {
  if (delivering || !navigator.onLine || !client.session.signedIn) return;
  delivering = true;
  try {
    for (const parcel of await parcels.list()) {
      if (!(await handOn(parcel))) break;
    }
  } finally {
    delivering = false;
  }
}

/** False where there is no network after all: it stays, and is tried again. */
async function handOn(parcel: Parcel): Promise<boolean> {
  try {
    const attachments = await arrived(parcel);
    await client.outbox.add({ document: DRAFT, variables: { input: { ...parcel.input, attachments } }, about: parcel.about });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.retryable) return false;
    await parcels.put({ ...parcel, problem: error.message });
    return true;
  }
  await parcels.drop(parcel.input);
  await Promise.all(parcel.photos.map(photos.drop));
  return true;
}
