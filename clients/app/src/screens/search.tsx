// One search over everything there is a screen for.
import type { ComponentChildren } from 'preact';
import { gql } from '../kit.ts';
import { usePages, type Connection } from '../query.ts';
import { Link, path, setSearch, usePlace } from '../router.tsx';
import { Empty, Loaded, Page } from '../ui/page.tsx';
import { Tabs } from '../ui/table.tsx';
import { label, useWords } from '../words/index.ts';

type Node =
  | { __typename: 'Agency'; code: string; name: string; level: string | null; ancestors: { name: string }[] | null }
  | { __typename: 'Document'; id: string; symbol: string | null; title: string; kind: string }
  | { __typename: 'Indicator'; code: string; name: string }
  | { __typename: 'Directive'; code: string; title: string; clause: string; document: { symbol: string | null; title: string } | null }
  | { __typename: 'Measure' | 'Goal'; title: string; clause: string; document: { id: string; symbol: string | null; title: string } | null }
  | { __typename: 'DigitalSystem'; name: string }
  | { __typename: 'Recommendation'; topic: string; text: string; document: { id: string; symbol: string | null; title: string } | null };
interface Edge { cursor: string; node: Node | null }
interface Answer { search: { edges: Edge[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } } | null }

const SEARCH = gql<Answer, { text: string; nouns: string[] | null; after: string | null }>(`
  query Search($text: String!, $nouns: [SearchNoun!], $after: String) {
    search(text: $text, nouns: $nouns, first: 30, after: $after) {
      pageInfo { hasNextPage endCursor }
      edges {
        cursor
        node {
          __typename
          ... on Agency { code name level ancestors { name } }
          ... on Document { id symbol title kind }
          ... on Indicator { code name }
          ... on Directive { code title clause document { symbol title } }
          ... on Measure { title clause document { id symbol title } }
          ... on Goal { title clause document { id symbol title } }
          ... on DigitalSystem { name }
          ... on Recommendation { topic text document { id symbol title } }
        }
      }
    }
  }`);

const NOUNS = ['INDICATOR', 'AGENCY', 'DIRECTIVE', 'DOCUMENT', 'MEASURE', 'RECOMMENDATION'];

export default function Search() {
  const words = useWords();
  const { search } = usePlace();
  const text = search.get('q')?.trim() ?? '';
  const noun = search.get('in');
  const { asked, rows, more, busy } = usePages(SEARCH, text ? { text: text.endsWith('*') ? text : `${text}*`, nouns: noun ? [noun] : null } : null,
    (data): Connection<Edge> | null => data.search && { nodes: data.search.edges, pageInfo: data.search.pageInfo });
  return (
    <Page title={text ? `${words.search}: ${text}` : words.search} lead={words.searchOver}>
      <Tabs label={words.filter} value={noun ?? ''} onChange={noun => setSearch({ in: noun })}
        options={[['', words.all], ...NOUNS.map(one => [one, label(words, 'SearchNoun', one)] as const)]} />
      {text && (
        <div class="section">
          <Loaded asked={asked} lines={8}>
            {() => rows.length === 0 ? <Empty>{words.searchNothing}</Empty> : (
              <>
                <ul class="lines">{rows.map(({ cursor, node }) => node && <li key={cursor}><Found of={node} /></li>)}</ul>
                {more && <button type="button" class="button" disabled={busy} onClick={more}>{words.showMore}</button>}
              </>
            )}
          </Loaded>
        </div>
      )}
    </Page>
  );
}

const NOUN_OF: Record<Node['__typename'], string> = {
  Agency: 'AGENCY', Document: 'DOCUMENT', Indicator: 'INDICATOR', Directive: 'DIRECTIVE', Measure: 'MEASURE', Goal: 'GOAL', DigitalSystem: 'DIGITAL_SYSTEM', Recommendation: 'RECOMMENDATION',
};

function Found({ of }: { of: Node }) {
  const words = useWords();
  const kind = label(words, 'SearchNoun', NOUN_OF[of.__typename]);
  switch (of.__typename) {
    case 'Agency':
      return <Line kind={kind} more={of.ancestors?.map(({ name }) => name).join(' › ')}><Link to={path.agency(of.code)} class="strong">{of.name}</Link></Line>;
    case 'Document':
      return <Line kind={label(words, 'DocumentKind', of.kind)} more={of.symbol}><Link to={path.document(of.id)} class="strong">{of.title}</Link></Line>;
    case 'Indicator':
      return <Line kind={kind}><Link to={path.indicator(of.code)} class="strong">{of.name}</Link></Line>;
    case 'Directive':
      return <Line kind={kind} more={of.document && `${of.document.symbol ?? of.document.title}, ${of.clause}`}><Link to={path.directive(of.code)} class="strong">{of.title}</Link></Line>;
    case 'DigitalSystem':
      return <Line kind={kind}><span class="strong">{of.name}</span></Line>;
    case 'Recommendation':
      return <Line kind={kind} more={of.text}>{of.document ? <Link to={path.document(of.document.id)} class="strong">{of.topic}</Link> : <span class="strong">{of.topic}</span>}</Line>;
    default:
      return <Line kind={kind} more={of.document && `${of.document.symbol ?? of.document.title}, ${of.clause}`}>
        {of.document ? <Link to={path.document(of.document.id)} class="strong">{of.title}</Link> : <span class="strong">{of.title}</span>}</Line>;
  }
}

function Line({ kind, more, children }: { kind: string; more?: string | null | undefined; children: ComponentChildren }) {
  return <div class="line-text">{children}<span class="meta"><span class="tag">{kind}</span>{more && <span class="clip">{more}</span>}</span></div>;
}
