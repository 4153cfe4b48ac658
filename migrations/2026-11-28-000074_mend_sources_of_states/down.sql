-- The migration that tells sources apart takes them away.
SELECT 1;
