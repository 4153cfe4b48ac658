-- The older rule is applied when the function is there again: by the same statement, by hand.
SELECT 1;
