// Files that go with what is written.
import { useRef } from 'preact/hooks';
import { client } from '../kit.ts';
import { Icon } from '../ui/icons.tsx';
import type { Attachment } from './documents.ts';
import { photoName } from './kept.ts';
import { DRAWINGS } from './parts.tsx';
import { TAKEN } from './upload.ts';
import { useWork } from './words.ts';

/** A file that is still on this device, under a name of its own. */
export interface Added {
  name: string;
  file: File;
}

interface EvidenceProps {
  id?: string;
  attached: readonly Attachment[];
  added: readonly Added[];
  onAdd: (file: Added) => void;
  onDrop: (id: string) => void;
  onDropAdded: (name: string) => void;
  /** Whether what is added is kept on the device until it is sent. */
  keeps?: boolean;
}

/** Files that show it: a phone offers its camera. */
export function Evidence({ id = 'evidence', attached, added, onAdd, onDrop, onDropAdded, keeps = false }: EvidenceProps) {
  const words = useWork();
  const field = useRef<HTMLInputElement>(null);
  const choose = () => {
    const file = field.current?.files?.[0];
    if (file) onAdd({ name: photoName(client.session.viewer?.login ?? '', file), file });
    if (field.current) field.current.value = '';
  };
  return (
    <div class="field">
      <label for={id}>{words.figure.evidence}</label>
      {attached.length + added.length > 0 && (
        <ul class="files">
          {attached.map(({ id, name, size, link }) => (
            <li key={id}>
              {link ? <a href={link} download>{name}</a> : <span>{name}</span>}<span class="muted small">{kilobytes(size)}</span>
              <button type="button" class="button small" aria-label={`${words.common.remove} ${name}`} onClick={() => onDrop(id)}>{words.common.remove}</button>
            </li>
          ))}
          {added.map(({ name, file }) => (
            <li key={name}>
              <span>{file.name}</span><span class="muted small">{kilobytes(file.size)} · {keeps ? words.figure.photoWaits : words.figure.photoUnsent}</span>
              <button type="button" class="button small" aria-label={`${words.common.remove} ${file.name}`} onClick={() => onDropAdded(name)}>{words.common.remove}</button>
            </li>
          ))}
        </ul>
      )}
      <div class="file-button button">
        <Icon d={DRAWINGS.camera} /><span aria-hidden="true">{words.figure.addPhoto}</span>
        <input ref={field} id={id} type="file" accept={TAKEN} aria-describedby={`${id}-hint`} onChange={choose} />
      </div>
      <p class="hint" id={`${id}-hint`}>{words.figure.evidenceHint}</p>
    </div>
  );
}

const kilobytes = (size: number): string => (size < 1_000_000 ? `${Math.ceil(size / 1000)} kB` : `${Math.round(size / 1_000_000)} MB`);
