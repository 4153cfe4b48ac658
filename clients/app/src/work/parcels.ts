// Figures whose photographs are still on this device: once there is a network the photographs go first, then the figure that names them.
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
      const attachments = await arrived(parcel);
      await client.outbox.add({ document: DRAFT, variables: { input: { ...parcel.input, attachments } }, about: parcel.about });
      await parcels.drop(parcel.input);
      await Promise.all(parcel.photos.map(photos.drop));
    }
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    // No network after all, or the server does not take the file: it stays, and is tried again when the app is opened.
  } finally {
    delivering = false;
  }
}
