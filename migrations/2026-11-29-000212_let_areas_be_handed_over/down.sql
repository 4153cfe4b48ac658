CREATE UNIQUE INDEX agency_official_code_key ON agency (official_code, kind) WHERE closed_on IS NULL;
