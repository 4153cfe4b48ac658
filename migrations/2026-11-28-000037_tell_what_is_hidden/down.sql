-- The outbox is append-only, so the words that the older program does not know cannot be changed in place.
ALTER TABLE change DISABLE TRIGGER change_append_only;
UPDATE change SET kind = 'DELETED' WHERE audience IS NOT NULL;
ALTER TABLE change ENABLE TRIGGER change_append_only,
    DROP CONSTRAINT change_kind_check,
    DROP CONSTRAINT change_audience_kind_check,
    ADD CONSTRAINT change_kind_check CHECK (kind IN ('CREATED', 'UPDATED', 'DELETED', 'LOADED')),
    ADD CONSTRAINT change_audience_kind_check CHECK ((audience IS NOT NULL) = (kind = 'DELETED'));
COMMENT ON COLUMN change.kind IS 'DELETED is for its audience alone: gone for those of it who no longer see the object, changed for the others';
COMMENT ON COLUMN change.audience IS 'Who could see of the object what has changed: everybody, who sees what is internal, or whose reach for PARTY (restricted objects), SUBMITTED or DRAFTS (figures), or ACCOUNTS holds the agency';
