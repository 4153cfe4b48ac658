-- What was checked stays so; the migration that added the constraints takes them away.
SELECT 1;
