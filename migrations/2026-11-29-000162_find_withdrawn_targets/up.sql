CREATE INDEX CONCURRENTLY target_withdrawn_on_idx ON target (withdrawn_on) WHERE withdrawn_on IS NOT NULL;
