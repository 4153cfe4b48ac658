// A document: what it is, what it stands in relation to, what it demands.
import { gql } from '../kit.ts';
import { useQuery, useToday } from '../query.ts';
import { Link, path } from '../router.tsx';
import type { Params } from '../routes.ts';
import { DirectiveLines, DIRECTIVE_ROW, type DirectiveRow } from '../ui/directives.tsx';
import { NotFound } from '../ui/not-found.tsx';
import { Empty, Loaded, Page, Section } from '../ui/page.tsx';
import { Status } from '../ui/status.tsx';
import { Facts, Table } from '../ui/table.tsx';
import { Day, demand, useCount } from '../ui/values.tsx';
import { label, useLanguage, useWords } from '../words/index.ts';

interface Ref { id: string; symbol: string | null; title: string }
interface Document {
  code: string; symbol: string | null; kind: string; title: string; status: string; issuedOn: string | null; issuedWords: string | null; issuerName: string | null; note: string | null;
  issuer: { code: string; name: string } | null;
  relations: { kind: string; clause: string | null; document: Ref | null; agency: { code: string; name: string } | null }[] | null;
  inverseRelations: { kind: string; source: Ref | null }[] | null;
  targets: { totalCount: number | null; nodes: { id: string; wording: string; dueOn: string | null; clause: string; value: string | null; upperValue: string | null; comparator: string | null; statement: string | null; indicator: { code: string; name: string; unit: string } | null }[] } | null;
  directives: { totalCount: number | null; nodes: DirectiveRow[] } | null;
}

const DOCUMENT = gql<{ node: (Document & { __typename: string }) | null }, { id: string }>(`
  query Document($id: ID!) {
    node(id: $id) {
      __typename
      ... on Document {
        code symbol kind title status issuedOn issuedWords issuerName note
        issuer { code name }
        relations { kind clause document { id symbol title } agency { code name } }
        inverseRelations { kind source { id symbol title } }
        targets(first: 100) { totalCount nodes { id wording dueOn clause value upperValue comparator statement indicator { code name unit } } }
        directives(order: { by: POSITION }, first: 100) { totalCount nodes { ${DIRECTIVE_ROW} } }
      }
    }
  }`);

export default function DocumentPage({ params }: { params: Params }) {
  const words = useWords();
  const asked = useQuery(DOCUMENT, { id: params['id']! });
  const document = asked.data?.node;
  if (asked.data && document?.__typename !== 'Document') return <NotFound />;
  return (
    <Page title={document?.title ?? words.document} kicker={document ? `${label(words, 'DocumentKind', document.kind)} ${document.symbol ?? ''}` : words.document}>
      <Loaded asked={asked} lines={8}>{() => document && <Details of={document} />}</Loaded>
    </Page>
  );
}

function Details({ of }: { of: Document }) {
  const words = useWords();
  const language = useLanguage();
  const count = useCount();
  const today = useToday();
  const w = words.documentPage;
  const targets = of.targets?.nodes ?? [];
  const directives = of.directives?.nodes ?? [];
  return (
    <>
      <section class="section">
        <Facts of={[
          [w.symbol, of.symbol ?? of.code],
          [w.issued, of.issuedOn ? <Day value={of.issuedOn} /> : of.issuedWords ?? w.undated],
          [w.issuer, of.issuer ? <Link to={path.agency(of.issuer.code)}>{of.issuer.name}</Link> : of.issuerName],
          [w.status, <Status value={of.status} type="DocumentStatus" />],
        ]} />
        {of.note && <p class="hint after">{of.note}</p>}
      </section>
      <div class="grid two">
        <Relations title={w.relations} rows={of.relations ?? []} />
        <Relations title={w.inverse} rows={(of.inverseRelations ?? []).map(({ kind, source }) => ({ kind, document: source, agency: null, clause: null }))} />
      </div>
      {targets.length > 0 && (
        <Section title={<>{w.targets}<span class="amount">{count(of.targets!.totalCount ?? targets.length)}</span></>}>
          <Table caption={w.targets} rows={targets} id={row => row.id} columns={[
            { title: words.indicatorPage.clause, cell: row => row.clause },
            { title: words.indicator, main: true, cell: row => row.indicator ? <Link to={path.indicator(row.indicator.code)}>{row.wording}</Link> : row.wording },
            { title: words.indicatorPage.target, number: true, cell: row => row.value === null ? <span class="small words">{row.statement ?? '–'}</span> : demand(row, row.indicator?.unit, words, language) },
            { title: words.indicatorPage.due, number: true, cell: row => <Day value={row.dueOn} /> },
          ]} />
        </Section>
      )}
      {directives.length > 0 && (
        <Section title={<>{w.directives}<span class="amount">{count(of.directives!.totalCount ?? directives.length)}</span></>}>
          <DirectiveLines rows={directives} today={today} />
        </Section>
      )}
      {targets.length === 0 && directives.length === 0 && <div class="section"><Empty>{w.none}</Empty></div>}
    </>
  );
}

function Relations({ title, rows }: { title: string; rows: { kind: string; document: Ref | null; agency: { code: string; name: string } | null; clause: string | null }[] }) {
  const words = useWords();
  return (
    <Section title={title}>
      {rows.length === 0 ? <p class="muted">{words.documentPage.none}</p> : (
        <ul class="lines">
          {rows.map(({ kind, document, agency, clause }, index) => (
            <li key={index}>
              <div class="line-text">
                {document ? <Link to={path.document(document.id)} class="strong">{document.symbol ? `${document.symbol}: ` : ''}{document.title}</Link>
                  : agency ? <Link to={path.agency(agency.code)} class="strong">{agency.name}</Link> : <span class="muted">{words.unknown}</span>}
                <span class="meta"><span>{label(words, 'DocumentRelationKind', kind)}</span>{clause && <span>{clause}</span>}</span>
              </div>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
