-- What fits a search text best, over the nouns that people look for by words.
-- $1 folded text, $2 patterns of its words, $3 nouns wanted, $4 limit, $5 rank and $6 id of the row to start after.
WITH hit (noun, id, rank) AS (
    SELECT 'AGENCY', id, word_similarity($1, search_text) FROM agency
    WHERE 'AGENCY' = ANY ($3) AND ($1 <% search_text OR search_text LIKE ALL ($2))
    UNION ALL
    SELECT 'DOCUMENT', id, word_similarity($1, search_text) FROM document
    WHERE 'DOCUMENT' = ANY ($3) AND ($1 <% search_text OR search_text LIKE ALL ($2)) AND visibility = 'PUBLIC'
    UNION ALL
    SELECT 'INDICATOR', id, word_similarity($1, search_text) FROM indicator
    WHERE 'INDICATOR' = ANY ($3) AND ($1 <% search_text OR search_text LIKE ALL ($2))
    UNION ALL
    SELECT 'DIRECTIVE', id, word_similarity($1, search_text) FROM directive
    WHERE 'DIRECTIVE' = ANY ($3) AND ($1 <% search_text OR search_text LIKE ALL ($2)) AND visibility = 'PUBLIC'
    UNION ALL
    SELECT 'RECOMMENDATION', id, word_similarity($1, search_text) FROM recommendation
    WHERE 'RECOMMENDATION' = ANY ($3) AND ($1 <% search_text OR search_text LIKE ALL ($2)) AND visibility = 'PUBLIC'
), ranked AS (
    SELECT noun, id, round(rank * 1000000)::integer AS rank FROM hit
)
SELECT noun, id, rank FROM ranked
WHERE $5 IS NULL OR (rank, id) < ($5, $6)
ORDER BY rank DESC, id DESC
LIMIT $4
