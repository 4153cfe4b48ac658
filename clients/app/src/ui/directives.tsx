// Directives as lines: what is to be done, until when, how it stands, who leads.
import { Link, path } from '../router.tsx';
import { useWords } from '../words/index.ts';
import { Status } from './status.tsx';
import { Day, useCount } from './values.tsx';

export interface DirectiveRow {
  id: string;
  code: string;
  title: string;
  timeliness: string;
  dueOn: string | null;
  originalDueOn: string | null;
  stateSource: string;
  leads: { code: string; name: string }[] | null;
}
export const DIRECTIVE_ROW = 'id code title timeliness dueOn originalDueOn stateSource leads { code name }';

const URGENCY = ['OVERDUE', 'NOT_REPORTED', 'DUE_SOON', 'ON_TIME', 'PASSED', 'NO_DEADLINE', 'DONE_LATE', 'DONE_ON_TIME'];
/** For sorting: what is late first, what is done last. */
export const urgency = (timeliness: string): number => URGENCY.indexOf(timeliness);

const DAY = 86_400_000;

export function DirectiveLines({ rows, today, withLeads = true }: { rows: readonly DirectiveRow[]; today: string | null; withLeads?: boolean }) {
  const words = useWords();
  const count = useCount();
  return (
    <ul class="lines">
      {rows.map(row => {
        const late = row.timeliness === 'OVERDUE' && row.dueOn && today ? Math.round((Date.parse(today) - Date.parse(row.dueOn)) / DAY) : 0;
        return (
          <li key={row.id} data-timeliness={row.timeliness}>
            <div class="line-text">
              <Link to={path.directive(row.code)} class="strong">{row.title}</Link>
              <span class="meta">
                <Status value={row.timeliness} type="Timeliness" />
                {late > 0 && <span>{words.directivesPage.overdueDays(count(late))}</span>}
                {withLeads && row.leads?.map(lead => <Link to={path.agency(lead.code)} key={lead.code}>{lead.name}</Link>)}
                {row.stateSource === 'SIMULATED' && <span class="tag" title={words.simulatedHint}>{words.simulated}</span>}
              </span>
            </div>
            <div class="line-side">
              <Day value={row.dueOn} none={words.directivesPage.noDue} />
              {row.originalDueOn && row.originalDueOn !== row.dueOn && <><br /><s class="muted small"><Day value={row.originalDueOn} /></s></>}
            </div>
          </li>
        );
      })}
    </ul>
  );
}
