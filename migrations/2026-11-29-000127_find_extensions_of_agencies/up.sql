-- What an agency asked for within a period.
CREATE INDEX CONCURRENTLY directive_extension_agency_id_idx ON directive_extension (agency_id, requested_at);
