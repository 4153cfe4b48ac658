// Looking at a day gone by: what was known then, on every screen, until one comes back.
import { useEffect, useRef, useState } from 'preact/hooks';
import { formatDay } from './kit.ts';
import { looksBack, usePlace } from './router.tsx';
import { addDays, setAsOf, today, useAsOf } from './state.ts';
import { useStore } from './store.ts';
import { Icon, ICONS } from './ui/icons.tsx';
import { useLanguage, useWords } from './words/index.ts';

export function AsOfControl() {
  const words = useWords();
  const day = useAsOf();
  const now = useStore(today);
  const { path } = usePlace();
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (!open) return;
    field.current?.focus();
    const outside = (event: Event) => { if (!box.current?.contains(event.target as Node)) setOpen(false); };
    const escape = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      setOpen(false);
      button.current?.focus();
    };
    addEventListener('pointerdown', outside);
    addEventListener('keydown', escape);
    return () => {
      removeEventListener('pointerdown', outside);
      removeEventListener('keydown', escape);
    };
  }, [open]);
  const submit = (event: Event) => {
    event.preventDefault();
    const chosen = field.current!.value;
    if (!chosen) return;
    setOpen(false);
    setAsOf(chosen);
  };
  if (!looksBack(path)) return null;
  return (
    <div class="as-of" ref={box}>
      <button type="button" ref={button} class={`tool${day ? ' on' : ''}`} aria-expanded={open} aria-label={words.asOf.label} title={words.asOf.label}
        onClick={() => setOpen(!open)}>
        <Icon d={ICONS.clock} /><span class="tool-word" aria-hidden="true">{words.asOf.label}</span>
      </button>
      {open && (
        <form class="pop" onSubmit={submit}>
          <h2>{words.asOf.title}</h2>
          <p class="hint">{words.asOf.hint}</p>
          <label class="field"><span>{words.asOf.day}</span><input ref={field} type="date" required min="1900-01-01" max={now ? addDays(now, -1) : undefined} defaultValue={day ?? ''} /></label>
          <div class="row">
            <button type="submit" class="button primary">{words.asOf.show}</button>
            {day && <button type="button" class="button" onClick={() => { setOpen(false); setAsOf(null); }}>{words.asOf.back}</button>}
          </div>
        </form>
      )}
    </div>
  );
}

export function AsOfBanner() {
  const words = useWords();
  const language = useLanguage();
  const day = useAsOf();
  if (!day) return null;
  return (
    <div class="as-of-banner" role="status">
      <Icon d={ICONS.clock} />
      <strong>{words.asOf.banner(formatDay(day, language))}</strong>
      <button type="button" class="button small" onClick={() => setAsOf(null)}>{words.asOf.back}</button>
    </div>
  );
}
