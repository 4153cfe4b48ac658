DROP INDEX agency_official_code_key;
