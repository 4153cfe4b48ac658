-- What an agency was asked for by others.
CREATE INDEX CONCURRENTLY directive_input_coordinator_id_idx ON directive_input (coordinator_id, asked_on);
