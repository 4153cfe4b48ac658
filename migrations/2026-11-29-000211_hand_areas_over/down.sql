DROP TRIGGER agency_official_code_key ON agency;
DROP FUNCTION agency_tells_areas_apart();
