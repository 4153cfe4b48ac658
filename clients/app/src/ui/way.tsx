// The way from where one began to the milestone: how much of it was made.
import { useLanguage } from '../words/index.ts';
import { toneOf } from './status.tsx';
import { share } from './values.tsx';

export function Way({ part, status }: { part: string | null | undefined; status?: string }) {
  const language = useLanguage();
  if (part === null || part === undefined) return <span class="muted">–</span>;
  const width = Math.max(0, Math.min(100, Number(part) * 100));
  return (
    <span class={`way tone-${toneOf(status ?? 'ON_TRACK')}`}>
      <b class="figure">{share(part, language)}</b>
      <span class="way-bar" aria-hidden="true">
        <span style={{ width: `${width}%` }} />
      </span>
    </span>
  );
}
