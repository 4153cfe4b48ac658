// A table that becomes a list of cards where there is no room for columns: each cell then says its heading itself.
import type { ComponentChildren } from 'preact';

export interface Column<Row> {
  title: string;
  cell: (row: Row) => ComponentChildren;
  /** Numbers stand at the right, below one another. */
  number?: boolean;
  /** The cell that names the row: the heading of its card. */
  main?: boolean;
  class?: string;
}

interface TableProps<Row> {
  caption: string;
  columns: Column<Row>[];
  rows: readonly Row[];
  id: (row: Row) => string;
  class?: string;
}

export function Table<Row>({ caption, columns, rows, id, class: name = '' }: TableProps<Row>) {
  return (
    <table class={`table ${name}`}>
      <caption class="unseen">{caption}</caption>
      <thead>
        <tr>{columns.map(({ title, number, class: name = '' }) => <th scope="col" class={`${number ? 'number ' : ''}${name}`} key={title}>{title}</th>)}</tr>
      </thead>
      <tbody>
        {rows.map(row => (
          <tr key={id(row)}>
            {columns.map(({ title, cell, number, main, class: name = '' }) => main
              ? <th scope="row" class={`main ${name}`} key={title}>{cell(row)}</th>
              : <td class={`${number ? 'number ' : ''}${name}`} data-title={title} key={title}><div>{cell(row)}</div></td>)}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Names and what they stand for. */
export function Facts({ of }: { of: [string, ComponentChildren][] }) {
  return (
    <dl class="facts">
      {of.filter(([, value]) => value !== null && value !== undefined && value !== '').map(([name, value]) => (
        <div key={name}><dt>{name}</dt><dd>{value}</dd></div>
      ))}
    </dl>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  options: readonly (readonly [string, string])[];
  onChange: (value: string) => void;
}

export function Choice({ label, value, options, onChange }: ChoiceProps) {
  return (
    <label class="field">
      <span>{label}</span>
      <select value={value} onChange={event => onChange(event.currentTarget.value)}>
        {options.map(([value, text]) => <option value={value} key={value}>{text}</option>)}
      </select>
    </label>
  );
}

/** One of a few, side by side. */
export function Tabs({ label, value, options, onChange }: ChoiceProps) {
  return (
    <div class="tabs" role="group" aria-label={label}>
      {options.map(([option, text]) => (
        <button type="button" key={option} aria-pressed={option === value} onClick={() => onChange(option)}>{text}</button>
      ))}
    </div>
  );
}
