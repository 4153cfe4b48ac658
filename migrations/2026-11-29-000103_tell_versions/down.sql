DROP FUNCTION history.versions;
