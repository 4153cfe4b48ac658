-- The first targets of an indicator, in the order of lists: of 200,000 targets all were read for it.
CREATE INDEX CONCURRENTLY target_indicator_id_due_on_idx ON target (indicator_id, due_on, code);
