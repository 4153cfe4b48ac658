// Where links in mails lead: finds out what an id stands for, and goes to its screen.
import { useEffect } from 'preact/hooks';
import { gql } from '../kit.ts';
import { useQuery } from '../query.ts';
import { navigate, path } from '../router.tsx';
import type { Params } from '../routes.ts';
import { NotFound } from '../ui/not-found.tsx';
import { Loaded, Page, Skeleton } from '../ui/page.tsx';
import { useWords } from '../words/index.ts';
import { ForViewer } from '../work/parts.tsx';

interface Node {
  __typename: string;
  id: string;
  kind?: string;
  code?: string;
  indicator?: { code: string } | null;
  directive?: { code: string } | null;
  document?: { id: string } | null;
  reporter?: { code: string } | null;
  programme?: { code: string } | null;
  recommendation?: { document: { id: string } | null } | null;
}

const OBJECT = gql<{ node: Node | null }, { id: string }>(`
  query Object($id: ID!) {
    node(id: $id) {
      __typename
      id
      ... on Agency { code }
      ... on Indicator { code }
      ... on Directive { code }
      ... on Measurement { indicator { code } }
      ... on Target { indicator { code } document { id } }
      ... on Obligation { indicator { code } }
      ... on DirectiveEvent { directive { code } }
      ... on ProgressUpdate { directive { code } }
      ... on Recommendation { document { id } }
      ... on Measure { document { id } }
      ... on Goal { document { id } }
      ... on PeriodReport { document { id } reporter { code } }
      ... on ReportingRule { document { id } }
      ... on Notification { kind directive { code } recommendation { document { id } } }
    }
  }`);

/** What a notification of figures asks for: a decision, or figures. */
function workOf(kind: string | undefined): string {
  switch (kind) {
    case 'FIGURES_ENDORSED': return '/app/work/review';
    case 'FIGURES_PUBLISHED': case 'UNLOCK_DECIDED': case 'WEBHOOK_DISABLED': return '/app/work/notifications';
    default: return '/app/work';
  }
}

function placeOf(node: Node): string | null {
  switch (node.__typename) {
    case 'Agency': return path.agency(node.code!);
    case 'Indicator': return path.indicator(node.code!);
    case 'Directive': return path.directive(node.code!);
    case 'Document': return path.document(node.id);
    case 'Programme': return '/app';
    case 'IndicatorGroup': return node.code ? `/app/indicators?group=${encodeURIComponent(node.code)}` : '/app/indicators';
    default:
      if (node.indicator) return path.indicator(node.indicator.code);
      if (node.directive) return path.directive(node.directive.code);
      if (node.document) return path.document(node.document.id);
      if (node.reporter) return path.agency(node.reporter.code);
      if (node.recommendation?.document) return path.document(node.recommendation.document.id);
      return node.__typename === 'Notification' ? workOf(node.kind) : null;
  }
}

export default function ObjectPage({ params }: { params: Params }) {
  const words = useWords();
  const asked = useQuery(OBJECT, { id: params['id']! });
  const place = asked.data?.node ? placeOf(asked.data.node) : null;
  useEffect(() => {
    if (place) navigate(place, { replace: true });
  }, [place]);
  // What was mailed to somebody may be there for them alone: whoever has not signed in is asked to.
  if (asked.data && !place) return <ForViewer title={words.object}>{() => <NotFound />}</ForViewer>;
  return <Page title={words.object}><Loaded asked={asked}>{() => <Skeleton />}</Loaded></Page>;
}
