-- The columns go with the migration that brought them.
SELECT 1;
