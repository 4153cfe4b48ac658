-- Source words are the document's own. "bare" was a label of whoever read it, for a figure without any; a figure is no word either.
DO $$
DECLARE
    mended integer;
BEGIN
    LOOP
        UPDATE target SET source_words = NULL WHERE id IN (SELECT id FROM target WHERE source_words IN ('bare', '100%') LIMIT 1000);
        GET DIAGNOSTICS mended = ROW_COUNT;
        COMMIT;
        EXIT WHEN mended = 0;
    END LOOP;
END
$$;
