// The inspector's trail: who did what, when, to what; each entry leads to all that was done to the same object, or by the same person.
import { formatInstant, formatPeriod, type Language } from '../kit.ts';
import { Link, setSearch, usePlace } from '../router.tsx';
import type { Params } from '../routes.ts';
import { endOfDay, startOfDay } from '../state.ts';
import { Empty, Loaded, Page, Section } from '../ui/page.tsx';
import { label, useLanguage, useWords } from '../words/index.ts';
import { useKept, useKeptPages, useLabels } from './ask.ts';
import { type AuditEntry, PEOPLE, TRAIL } from './documents.ts';
import { ForViewer, Select, TextField } from './parts.tsx';
import { useWork } from './words.ts';

export default function Trail(_: { params: Params }) {
  const words = useWork();
  return <ForViewer title={words.trail.title} roles={['INSPECTOR']}>{() => <TrailScreen />}</ForViewer>;
}

const NAMES = ['who', 'action', 'from', 'until', 'object', 'failed'] as const;

function TrailScreen() {
  const words = useWork();
  const { search } = usePlace();
  const get = (name: (typeof NAMES)[number]) => search.get(name) ?? '';
  const filter = {
    ...(get('who') && { actor: get('who') }),
    ...(get('action') && { actions: [get('action')] }),
    ...(get('from') && { from: startOfDay(get('from')) }),
    ...(get('until') && { until: endOfDay(get('until')) }),
    ...(get('object') && { object: get('object') }),
    ...(get('failed') && { succeeded: false }),
  };
  const { asked, rows, more, busy } = useKeptPages(TRAIL, { filter }, data => data.auditTrail);
  const people = useKept(PEOPLE, {});
  const labels = useLabels('Action', 'ActorKind');
  const filtered = Object.keys(filter).length > 0;
  return (
    <Page title={words.trail.title}>
      <Section title={words.trail.filter}
        more={filtered && <button type="button" class="button small" onClick={() => setSearch(Object.fromEntries(NAMES.map(name => [name, null])))}>{words.trail.clear}</button>}>
        <div class="filters trail-filters">
          <Select id="who" label={words.trail.who} value={get('who')} onChange={who => setSearch({ who })}
            options={[['', words.trail.anyone], ...(people.data?.accounts.nodes ?? []).map(({ id, fullName }) => [id, fullName] as const)]} />
          <Select id="action" label={words.trail.what} value={get('action')} onChange={action => setSearch({ action })} options={[['', words.trail.anything], ...labels.all('Action')]} />
          <TextField id="from" label={words.trail.from} type="date" value={get('from')} onInput={from => setSearch({ from })} />
          <TextField id="until" label={words.trail.until} type="date" value={get('until')} onInput={until => setSearch({ until })} />
          <label class="check"><input type="checkbox" checked={get('failed') !== ''} onChange={event => setSearch({ failed: event.currentTarget.checked ? '1' : null })} />{words.trail.inVain}</label>
          {get('object') && <button type="button" class="button" onClick={() => setSearch({ object: null })}>{words.trail.object} ×</button>}
        </div>
      </Section>
      <Section title={words.trail.title}>
        <Loaded asked={asked} lines={10}>
          {() => rows.length === 0 ? <Empty>{words.trail.nothing} {words.trail.nothingHint}</Empty> : (
            <>
              <ol class="trail">{rows.map(entry => <Entry key={entry.id} entry={entry} about={labels.of('Action', entry.action)} actor={entry.actor?.fullName ?? labels.of('ActorKind', entry.actorKind)} />)}</ol>
              {more && <button type="button" class="button" disabled={busy} onClick={more}>{words.common.more}</button>}
            </>
          )}
        </Loaded>
      </Section>
    </Page>
  );
}

function nameOf(object: AuditEntry['object'], language: Language): string | null {
  if (!object) return null;
  const { title, name, fullName, code, login, indicator, period } = object;
  const figure = indicator && period && `${indicator.name}, ${formatPeriod(period, language)}`;
  return figure || (title ?? name ?? fullName ?? code ?? login ?? null);
}

function Entry({ entry, about, actor }: { entry: AuditEntry; about: string; actor: string }) {
  const words = useWork();
  const language = useLanguage();
  const { object, objectId, actorId } = entry;
  const noun = entry.noun && (words.trail.nouns[entry.noun] ?? entry.noun.replaceAll('_', ' '));
  const name = nameOf(object, language);
  return (
    <li>
      <div class="trail-what">
        <span><strong>{actor}</strong> · {about}{!entry.succeeded && <span class="tag tag-bad">{words.trail.failed}</span>}</span>
        <span class="muted small">{formatInstant(entry.recordedAt, language)}</span>
      </div>
      {(name ?? (noun && entry.noun !== 'session' ? noun : null)) && <p>{name && noun && <span class="muted">{noun}: </span>}{object ? <Link to={`/app/objects/${encodeURIComponent(object.id)}`}>{name ?? noun}</Link> : name ?? noun}</p>}
      <details>
        <summary>{words.trail.details}</summary>
        <div class="stack">
          <p class="muted small">
            {words.trail.number} {entry.number}{entry.address && ` · ${words.trail.address} ${entry.address}`}{entry.clientName && ` · ${words.trail.client} ${entry.clientName}`}
            {entry.requestId && ` · ${words.common.requestId} ${entry.requestId}`}
          </p>
          <div class="row">
            {objectId && <button type="button" class="button small" onClick={() => setSearch({ object: objectId })}>{words.trail.object}</button>}
            {actorId && <button type="button" class="button small" onClick={() => setSearch({ who: actorId })}>{words.trail.all}</button>}
          </div>
          <div class="trail-values">
            <Values title={words.trail.before} noun={entry.noun} of={entry.before} other={entry.after} />
            <Values title={words.trail.after} noun={entry.noun} of={entry.after} other={entry.before} />
          </div>
        </div>
      </details>
    </li>
  );
}

/** In whose words the state of an object is said. */
const STATES: Record<string, string> = { measurement: 'MeasurementState', directive: 'DirectiveState', extension_request: 'ExtensionState' };

/** What stood there, or stands there now, field by field. Of what changed the other side is told, so that it can be made out. */
function Values({ title, noun, of, other }: { title: string; noun: string | null; of: unknown; other: unknown }) {
  const words = useWork();
  const shell = useWords();
  if (of === null || of === undefined) return null;
  const values = fieldsOf(of);
  const others = fieldsOf(other);
  const nameOf = (field: string) => (words.figure.field as Record<string, string>)[field] ?? words.trail.fields[field] ?? field.replace(/(?=[A-Z])/g, ' ').toLowerCase();
  const shown = Object.entries(values).filter(([field, value]) => value !== null || (others[field] ?? null) !== null);
  if (shown.length === 0) return null;
  return (
    <div>
      <h3>{title}</h3>
      <dl class="trail-fields">
        {shown.map(([field, value]) => {
          const changed = field in others && JSON.stringify(others[field]) !== JSON.stringify(value);
          const type = field === 'observation' ? 'Observation' : field === 'state' && noun ? STATES[noun] : undefined;
          const text = type && typeof value === 'string' ? label(shell, type, value) : textOf(value);
          return <div key={field}><dt>{nameOf(field)}</dt><dd>{changed ? <strong>{text}</strong> : text}</dd></div>;
        })}
      </dl>
    </div>
  );
}

const fieldsOf = (of: unknown): Record<string, unknown> => (typeof of === 'object' && of !== null ? Object.fromEntries(Object.entries(of)) : {});

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '–';
  if (Array.isArray(value)) return value.map(textOf).join(', ') || '–';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
