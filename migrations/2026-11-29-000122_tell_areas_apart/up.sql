-- An area has one people's committee, one Party committee and so on at a time. A code that is used again after a merger is that of another, which has closed.
CREATE UNIQUE INDEX CONCURRENTLY agency_official_code_key ON agency (official_code, kind) WHERE closed_on IS NULL;
