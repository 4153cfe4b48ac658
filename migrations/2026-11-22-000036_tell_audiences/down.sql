COMMENT ON COLUMN change.kind IS 'DELETED is a tombstone: for its audience the object is no longer there';
COMMENT ON COLUMN change.audience IS 'Who could see the object before: everybody, who sees what is internal, or whose reach for PARTY (restricted objects), SUBMITTED or DRAFTS (figures), or ACCOUNTS holds the agency';
