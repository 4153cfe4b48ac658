// What leaders have asked for: what is late, what is due soon, who leads.
import { gql } from '../kit.ts';
import { useProgramme } from '../programme.tsx';
import { useLive, usePages, useToday, type Connection } from '../query.ts';
import { Link, setSearch, usePlace } from '../router.tsx';
import { DirectiveLines, DIRECTIVE_ROW, type DirectiveRow } from '../ui/directives.tsx';
import { Empty, Loaded, Page } from '../ui/page.tsx';
import { Choice, Tabs } from '../ui/table.tsx';
import { useCount } from '../ui/values.tsx';
import { useWords } from '../words/index.ts';

interface Answer {
  directives: Connection<DirectiveRow> | null;
  leads: { nodes: { agency: { code: string; name: string } | null }[] } | null;
}
interface Variables { programme: string; below: string; period: string; timeliness: string[] | null; lead: string | null; text: string | null }

const DIRECTIVES = gql<Answer, Variables & { after: string | null }>(`
  query Directives($programme: String!, $below: String!, $period: Period!, $timeliness: [Timeliness!], $lead: String, $text: String, $after: String) {
    directives(filter: { programme: $programme, timeliness: $timeliness, lead: $lead, text: $text }, order: { by: DUE_ON }, first: 50, after: $after) {
      totalCount
      pageInfo { hasNextPage endCursor }
      nodes { ${DIRECTIVE_ROW} }
    }
    leads: scorecards(period: $period, filter: { below: $below, levels: [PROVINCIAL] }, order: { by: LATE, direction: DESCENDING }, first: 60) {
      nodes { agency { code name } }
    }
  }`);

const SHOWN = {
  all: null, late: ['OVERDUE'], soon: ['DUE_SOON'], open: ['ON_TIME', 'DUE_SOON'], unreported: ['NOT_REPORTED', 'PASSED'], done: ['DONE_ON_TIME', 'DONE_LATE'],
} as const;

export default function Directives() {
  const words = useWords();
  const count = useCount();
  const programme = useProgramme();
  const today = useToday();
  const { search } = usePlace();
  const show = (search.get('show') ?? 'all') as keyof typeof SHOWN;
  const lead = search.get('lead');
  const text = search.get('q') ?? '';
  const variables = programme && today ? {
    programme: programme.code, below: programme.subject, period: today.slice(0, 4), timeliness: (SHOWN[show] ?? null) as string[] | null, lead, text: text.trim() ? `${text.trim()}*` : null,
  } : null;
  const { asked, rows, total, more, busy } = usePages(DIRECTIVES, variables, data => data.directives);
  useLive(['DIRECTIVE', 'PROGRESS_UPDATE'], asked.reload, { ready: asked.data !== null });
  const w = words.directivesPage;
  const leads = (asked.data?.leads?.nodes ?? []).flatMap(({ agency }) => (agency ? [agency] : [])).sort((a, b) => a.name.localeCompare(b.name, 'vi'));
  return (
    <Page title={w.title} kicker={programme?.name}>
      <Tabs label={w.which} value={show} onChange={show => setSearch({ show: show === 'all' ? null : show })} options={Object.entries(w.kinds)} />
      <div class="filters">
        <Choice label={w.lead} value={lead ?? ''} onChange={lead => setSearch({ lead })}
          options={[['', words.all], ...leads.map(({ code, name }) => [code, name] as const), ...(lead && !leads.some(({ code }) => code === lead) ? [[lead, lead] as const] : [])]} />
        <label class="field"><span>{w.find}</span><input type="search" value={text} onInput={event => setSearch({ q: event.currentTarget.value })} /></label>
      </div>
      <div class="section">
        <Loaded asked={asked} lines={9}>
          {() => (
            <>
              <p class="result" aria-live="polite">{w.shown(count(total ?? rows.length))}
                {(show !== 'all' || lead || text) && <> · <Link to="/app/directives">{words.clear}</Link></>}</p>
              {rows.length === 0
                ? <Empty action={<Link to="/app/directives" class="button small">{words.clear}</Link>}>{w.empty}</Empty>
                : <DirectiveLines rows={rows} today={today} />}
              {more && <button type="button" class="button" disabled={busy} onClick={more}>{words.showMore}</button>}
            </>
          )}
        </Loaded>
      </div>
    </Page>
  );
}
