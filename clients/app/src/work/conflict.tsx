// Two figures where there should be one: what stands on this device and what on the server, side by side, and a choice.
import { formatDecimal } from '../kit.ts';
import { label, useLanguage, useWords } from '../words/index.ts';
import type { DraftInput, Figure, Indicator } from './documents.ts';
import { differencesOf, type FieldName, trimmed } from './form.ts';
import { Note } from './parts.tsx';
import { useWork } from './words.ts';

/** What stands in a field of a figure, as people write it. */
export function useFieldText(): (field: FieldName, value: string | null) => string {
  const shell = useWords();
  const language = useLanguage();
  return (field, value) => {
    if (value === null || value === '') return '–';
    if (field === 'observation') return label(shell, 'Observation', value);
    return field === 'value' || field === 'numerator' || field === 'denominator' ? formatDecimal(trimmed(value), language) : value;
  };
}

interface ConflictProps {
  standing: { sent: DraftInput; current: Figure };
  indicator: Indicator;
  busy: boolean;
  keepMine: () => void;
  takeTheirs: () => void;
}

export function Conflict({ standing: { sent, current }, indicator, busy, keepMine, takeTheirs }: ConflictProps) {
  const words = useWork();
  const shell = useWords();
  const said = useFieldText();
  return (
    <div class="conflict">
      <Note tone="warn" title={words.figure.conflictTitle}>{words.figure.conflictHint}</Note>
      <table class="table stays">
        <thead><tr><th scope="col"><span class="unseen">{words.figure.value}</span></th><th scope="col">{words.figure.mine}</th><th scope="col">{words.figure.theirs}</th></tr></thead>
        <tbody>
          {differencesOf(sent, current, indicator).map(({ field, mine, theirs }) => (
            <tr key={field}><th scope="row">{words.figure.field[field]}</th><td><strong>{said(field, mine)}</strong></td><td><strong>{said(field, theirs)}</strong></td></tr>
          ))}
          <tr><th scope="row">{words.figure.stateNow}</th><td>–</td><td>{label(shell, 'MeasurementState', current.state)}</td></tr>
        </tbody>
      </table>
      <div class="form-end">
        {(current.viewerCan?.draft ?? true) && <button type="button" class="button primary" disabled={busy} onClick={keepMine}>{words.figure.keepMine}</button>}
        <button type="button" class="button" disabled={busy} onClick={takeTheirs}>{words.figure.takeTheirs}</button>
      </div>
    </div>
  );
}
