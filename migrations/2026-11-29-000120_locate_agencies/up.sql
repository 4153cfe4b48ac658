-- Where an agency is, so that a map can be drawn, and the code by which the General Statistics Office counts its area, so that figures can be joined with others.
ALTER TABLE agency
    ADD COLUMN latitude numeric,
    ADD COLUMN longitude numeric,
    ADD COLUMN official_code text COLLATE "C",
    ADD CONSTRAINT agency_location_check CHECK ((latitude IS NULL) = (longitude IS NULL) AND latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180) NOT VALID,
    ADD CONSTRAINT agency_official_code_check CHECK (official_code IS NULL OR coalesce(official_code ~
        CASE level WHEN 'PROVINCIAL' THEN '^[0-9]{2}$' WHEN 'DISTRICT' THEN '^[0-9]{3}$' WHEN 'COMMUNE' THEN '^[0-9]{5}$' END, false)) NOT VALID;
COMMENT ON COLUMN agency.latitude IS 'Degrees north of the equator (WGS 84) of the place where it is; null if unknown';
COMMENT ON COLUMN agency.longitude IS 'Degrees east of Greenwich (WGS 84); null like latitude';
COMMENT ON COLUMN agency.official_code IS 'Code of the area that it governs, by the General Statistics Office: two digits for a province, three for a district, five for a commune; null for whoever governs none';
SELECT history.attach('agency');
