-- Whatever only some were told of was called DELETED, though most of it is a change, or is only out of some people's sight.
-- Rows that are there keep the word: history is not rewritten, and readers go by the audience alone.
ALTER TABLE change DROP CONSTRAINT change_kind_check,
    DROP CONSTRAINT change_audience_kind_check,
    ADD CONSTRAINT change_kind_check CHECK (kind IN ('CREATED', 'UPDATED', 'HIDDEN', 'DELETED', 'LOADED')) NOT VALID,
    ADD CONSTRAINT change_audience_kind_check CHECK (CASE WHEN audience IS NULL THEN kind IN ('CREATED', 'UPDATED', 'LOADED') ELSE kind IN ('UPDATED', 'HIDDEN', 'DELETED') END) NOT VALID;
COMMENT ON COLUMN change.kind IS 'What happened: CREATED, UPDATED, DELETED, many LOADED at once, or HIDDEN: the object, or its latest revision, has left the sight of the audience';
COMMENT ON COLUMN change.audience IS 'Who alone is told, null for all who see the object: everybody, who sees what is internal, or whose reach for PARTY (restricted objects), SUBMITTED or DRAFTS (figures), or ACCOUNTS holds the agency. Whoever of them still sees the object is told that it has changed, the others that it is gone';
