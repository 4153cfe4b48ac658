-- Whose series are asked for by chance: every commune that was invented.
CREATE SCHEMA IF NOT EXISTS bench;
CREATE TABLE IF NOT EXISTS bench.subject AS SELECT row_number() OVER (ORDER BY code) AS number, code FROM agency WHERE simulated;
CREATE UNIQUE INDEX IF NOT EXISTS subject_number_idx ON bench.subject (number);
GRANT USAGE ON SCHEMA bench TO cotmoc_server;
GRANT SELECT ON bench.subject TO cotmoc_server;
ANALYZE bench.subject;
