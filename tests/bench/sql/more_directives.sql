-- Some 5,000 directives: each of the demo's 40 times more, with its leads, coordinators and deadlines. Deterministic, and
-- safe to repeat. Nothing but benchmarks reads this database, so the copies need no mark.
CREATE TEMPORARY TABLE copied AS
    SELECT d.id AS original, md5(d.id::text || n)::uuid AS copy, n
    FROM directive d, generate_series(1, 40) AS n
    WHERE d.code NOT LIKE '%#%'
        AND NOT EXISTS (SELECT FROM directive WHERE code LIKE '%#%');

INSERT INTO directive (id, code, programme_id, kind, title, summary_en, document_id, clause, position, assigner_id, lead_basis,
    priority, expected_output, state, state_source, visibility, completed_on, note)
SELECT c.copy, d.code || '#' || c.n, d.programme_id, d.kind, d.title, d.summary_en, d.document_id, d.clause, d.position + 1000 * c.n,
    d.assigner_id, d.lead_basis, d.priority, d.expected_output, d.state, d.state_source, d.visibility, d.completed_on, d.note
FROM copied c JOIN directive d ON d.id = c.original;

INSERT INTO directive_lead (directive_id, agency_id, position)
SELECT c.copy, l.agency_id, l.position FROM copied c JOIN directive_lead l ON l.directive_id = c.original;

INSERT INTO directive_coordinator (directive_id, position, agency_id, words)
SELECT c.copy, o.position, o.agency_id, o.words FROM copied c JOIN directive_coordinator o ON o.directive_id = c.original;

INSERT INTO directive_deadline (directive_id, revision, words, stated_on, precision, operator, year_inferred, due_on, set_on, document_id, note)
SELECT c.copy, o.revision, o.words, o.stated_on, o.precision, o.operator, o.year_inferred, o.due_on, o.set_on, o.document_id, o.note
FROM copied c JOIN directive_deadline o ON o.directive_id = c.original
ORDER BY o.revision;

DROP TABLE copied;

ANALYZE directive, directive_lead, directive_coordinator, directive_deadline;
