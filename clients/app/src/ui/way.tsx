// The way from where one began to the milestone: how much of it was made.
import { useLanguage } from '../words/index.ts';
import { toneOf } from './status.tsx';
import { share } from './values.tsx';

export function Way({ part, expected, status }: { part: string | null | undefined; expected?: number | null; status?: string }) {
  const language = useLanguage();
  if (part === null || part === undefined) return <span class="muted">–</span>;
  const width = Math.max(0, Math.min(100, Number(part) * 100));
  return (
    <span class={`way tone-${toneOf(status ?? 'ON_TRACK')}`}>
      <b class="figure">{share(part, language)}</b>
      <span class="way-bar" aria-hidden="true">
        <span style={{ width: `${width}%` }} />
        {expected !== null && expected !== undefined && <i style={{ left: `${Math.max(0, Math.min(100, expected * 100))}%` }} />}
      </span>
    </span>
  );
}
