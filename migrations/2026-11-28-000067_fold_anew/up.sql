-- PostgreSQL computes search_text again where a column is written that it is made of.
DO $$
BEGIN
    LOOP
        UPDATE agency SET code = code
        WHERE id IN (SELECT id FROM agency WHERE search_text COLLATE "C" <> fold(ARRAY[name_vi, name_en, code] || aliases) COLLATE "C" LIMIT 1000);
        EXIT WHEN NOT FOUND;
        COMMIT;
    END LOOP;
    LOOP
        UPDATE account SET login = login
        WHERE id IN (SELECT id FROM account WHERE search_text COLLATE "C" <> fold(ARRAY[full_name, login, email]) COLLATE "C" LIMIT 1000);
        EXIT WHEN NOT FOUND;
        COMMIT;
    END LOOP;
    LOOP
        UPDATE document SET code = code
        WHERE id IN (SELECT id FROM document WHERE search_text COLLATE "C" <> fold(ARRAY[symbol, title, code]) COLLATE "C" LIMIT 1000);
        EXIT WHEN NOT FOUND;
        COMMIT;
    END LOOP;
    LOOP
        UPDATE directive SET code = code
        WHERE id IN (SELECT id FROM directive WHERE search_text COLLATE "C" <> fold(ARRAY[title, summary_en, code]) COLLATE "C" LIMIT 1000);
        EXIT WHEN NOT FOUND;
        COMMIT;
    END LOOP;
    LOOP
        UPDATE recommendation SET code = code
        WHERE id IN (SELECT id FROM recommendation WHERE search_text COLLATE "C" <> fold(ARRAY[topic, text, code]) COLLATE "C" LIMIT 1000);
        EXIT WHEN NOT FOUND;
        COMMIT;
    END LOOP;
    LOOP
        UPDATE indicator SET code = code
        WHERE id IN (SELECT id FROM indicator WHERE search_text COLLATE "C" <> fold(ARRAY[name_vi, name_en, code]) COLLATE "C" LIMIT 1000);
        EXIT WHEN NOT FOUND;
        COMMIT;
    END LOOP;
END
$$;
