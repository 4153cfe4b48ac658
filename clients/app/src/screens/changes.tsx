// What is different between two days, and everything that was recorded since.
import { formatDay, gql, type Language } from '../kit.ts';
import { useProgramme } from '../programme.tsx';
import { ask, useFurther, useLive, usePages, useQuery, useToday, type Connection } from '../query.ts';
import { Link, path, setSearch, usePlace } from '../router.tsx';
import { addDays, endOfDay, lastMonday, startOfDay } from '../state.ts';
import { ChangeTitle, DIFFERENCE, stateText, type Difference } from '../ui/difference.tsx';
import { Empty, Loaded, Page, ProblemBox, Section } from '../ui/page.tsx';
import { Choice, Table, Tabs } from '../ui/table.tsx';
import { Instant, period, useCount } from '../ui/values.tsx';
import { label, useLanguage, useWords, type Words } from '../words/index.ts';

interface Event {
  cursor: string; kind: string; type: string; id: string | null; recordedAt: string;
  object: { name?: string; title?: string; wording?: string; topic?: string; indicator?: { name: string } | null; directive?: { title: string } | null; period?: string } | null;
}
interface Differences { differences: Connection<Difference> | null }

const DIFFERENCES = gql<Differences, { programme: string; from: string; to: string | null; kinds: string[] | null; after: string | null }>(`
  query Differences($programme: String!, $from: DateTime!, $to: DateTime, $kinds: [DifferenceKind!], $after: String) {
    differences(programme: $programme, from: $from, to: $to, filter: { kinds: $kinds }, first: 50, after: $after) {
      totalCount
      pageInfo { hasNextPage endCursor }
      nodes { ${DIFFERENCE} }
    }
  }`);

const EVENTS = gql<{ changes: { events: Event[]; endCursor: string; hasMore: boolean } | null }, { since: string | null; after: string | null }>(`
  query EventsSince($since: DateTime, $after: String) {
    changes(since: $since, after: $after, first: 40) {
      hasMore
      endCursor
      events {
        cursor kind type id recordedAt
        object {
          ... on Agency { name } ... on Document { title } ... on Indicator { name } ... on Directive { title } ... on Target { wording }
          ... on Measurement { period indicator { name } } ... on Recommendation { topic } ... on Programme { name }
          ... on ProgressUpdate { directive { title } }
        }
      }
    }
  }`);

export default function Changes() {
  const words = useWords();
  const language = useLanguage();
  const count = useCount();
  const programme = useProgramme();
  const today = useToday();
  const { search } = usePlace();
  const w = words.changesPage;
  const monday = today && lastMonday(today);
  const named = search.get('since');
  const since = today && (named === 'month' ? addDays(today, -30) : named === 'quarter' ? addDays(today, -90) : named ?? monday);
  const until = search.get('until');
  const kind = search.get('kind');
  const ready = programme && since && (!until || until >= since);
  const { asked, rows, total, more, busy } = usePages(DIFFERENCES, ready
    ? { programme: programme.code, from: startOfDay(since), to: until ? endOfDay(until) : null, kinds: kind ? [kind] : null } : null, data => data.differences);
  useLive(['MEASUREMENT', 'TARGET', 'DIRECTIVE'], asked.reload, { ready: asked.data !== null && !until });
  // What was recorded is told as it is known today, whatever the day "as of".
  const recorded = useFurther(
    useQuery(EVENTS, since ? { since: startOfDay(since), after: null } : null, { asOf: false }),
    ({ changes }): Connection<Event> | null => changes && { nodes: changes.events, pageInfo: { hasNextPage: changes.hasMore, endCursor: changes.endCursor } },
    after => ask(EVENTS, { since: null, after }, null),
  );
  const events = recorded.rows.filter(({ kind, object }) => kind !== 'UPSERT' || object);
  const quick = named === 'month' || named === 'quarter' ? named : since === monday && !until ? 'monday' : '';
  return (
    <Page title={w.title} kicker={programme?.name}>
      <div class="filters-row">
        <Tabs label={w.since} value={quick} onChange={value => setSearch({ since: value === 'monday' ? null : value, until: null })}
          options={[['monday', w.monday], ['month', w.month], ['quarter', w.quarter]]} />
        <div class="filters">
          <label class="field"><span>{w.since}</span><input type="date" value={since ?? ''} onChange={event => setSearch({ since: event.currentTarget.value })} /></label>
          <label class="field"><span>{w.until}</span><input type="date" value={until ?? ''} min={since ?? ''} onChange={event => setSearch({ until: event.currentTarget.value })} /></label>
          <Choice label={w.kind} value={kind ?? ''} onChange={kind => setSearch({ kind })}
            options={[['', words.all], ...['TARGET', 'FIGURE', 'DEADLINE'].map(one => [one, label(words, 'DifferenceKind', one)] as const)]} />
        </div>
      </div>
      <Section title={w.differences}
        hint={since && asked.data ? w.summary(count(total ?? 0), formatDay(since, language), until ? formatDay(until, language) : w.now) : undefined}>
        <Loaded asked={asked} lines={6}>
          {() => rows.length === 0
            ? <Empty action={quick === 'month' ? undefined : <button type="button" class="button small" onClick={() => setSearch({ since: 'month', until: null })}>{w.month}</button>}>{w.differencesNone}</Empty>
            : (
              <>
                <Table caption={w.differences} rows={rows.map((row, index) => ({ ...row, key: String(index) }))} id={row => row.key} columns={[
                  { title: w.what, main: true, cell: row => <><ChangeTitle of={row} />{row.period && <span class="sub">{period(row.period, language)}</span>}{row.subject && row.kind !== 'TARGET' && <span class="sub">{row.subject.name}</span>}</> },
                  { title: w.kind, class: 'nowrap', cell: row => <>{label(words, 'DifferenceKind', row.kind)}<span class="sub">{label(words, 'DifferenceChange', row.change)}</span></> },
                  { title: w.before, number: true, cell: row => row.before ? <span class="words right">{stateText(row.kind, row.before, row.indicator?.unit ?? null, words, language)}</span> : <span class="muted">{w.nothing}</span> },
                  { title: w.after, number: true, cell: row => row.after ? <b class="words right">{stateText(row.kind, row.after, row.indicator?.unit ?? null, words, language)}</b> : <span class="muted">{w.nothing}</span> },
                ]} />
                {more && <button type="button" class="button" disabled={busy} onClick={more}>{words.showMore}</button>}
              </>
            )}
        </Loaded>
      </Section>
      <Section title={w.events} hint={w.eventsHint}>
        {recorded.asked.problem && <ProblemBox problem={recorded.asked.problem} again={recorded.asked.reload} />}
        {recorded.asked.data && (events.length === 0 ? <Empty>{w.eventsNone}</Empty> : (
          <ul class="lines">
            {events.map(event => (
              <li key={event.cursor}>
                <div class="line-text">
                  {event.id && event.object ? <Link to={path.object(event.id)} class="strong">{nameOf(event, words, language)}</Link> : <span class="strong">{label(words, 'ChangeEventKind', event.kind)}</span>}
                  <span class="meta">{label(words, 'ChangeType', event.type)}</span>
                </div>
                <div class="line-side muted small"><Instant value={event.recordedAt} /></div>
              </li>
            ))}
          </ul>
        ))}
        {recorded.more && <button type="button" class="button" disabled={recorded.busy} onClick={recorded.more}>{words.showMore}</button>}
      </Section>
    </Page>
  );
}

function nameOf({ object, type }: Event, words: Words, language: Language): string {
  const kind = label(words, 'ChangeType', type);
  if (!object) return kind;
  const name = object.name ?? object.title ?? object.wording ?? object.topic ?? object.indicator?.name ?? object.directive?.title ?? kind;
  return object.period ? `${name}, ${period(object.period, language)}` : name;
}
