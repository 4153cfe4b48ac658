-- A tombstone for some is a change for others: who still sees the object, though less or another state of it.
COMMENT ON COLUMN change.kind IS 'DELETED is for its audience alone: gone for those of it who no longer see the object, changed for the others';
COMMENT ON COLUMN change.audience IS 'Who could see of the object what has changed: everybody, who sees what is internal, or whose reach for PARTY (restricted objects), SUBMITTED or DRAFTS (figures), or ACCOUNTS holds the agency';
