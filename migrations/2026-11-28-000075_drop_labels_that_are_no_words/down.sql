-- A label that was no word of a document is not put back.
SELECT 1;
