-- What was checked stays so; the migration that added the constraint takes it away.
SELECT 1;
