-- What fits a search text best, over the nouns that people look for by words. What stands in braces is filled in:
-- parameters, and the rule by which the reader sees a noun.
WITH hit (noun, id, rank) AS (
    SELECT 'AGENCY', id, word_similarity({text}, search_text) FROM agency
    WHERE 'AGENCY' = ANY ({nouns}) AND ({text} <% search_text OR search_text LIKE ALL ({patterns}))
    UNION ALL
    SELECT 'DOCUMENT', id, word_similarity({text}, search_text) FROM document
    WHERE 'DOCUMENT' = ANY ({nouns}) AND ({text} <% search_text OR search_text LIKE ALL ({patterns})) AND {document is visible}
    UNION ALL
    SELECT 'INDICATOR', id, word_similarity({text}, search_text) FROM indicator
    WHERE 'INDICATOR' = ANY ({nouns}) AND ({text} <% search_text OR search_text LIKE ALL ({patterns}))
    UNION ALL
    SELECT 'DIRECTIVE', id, word_similarity({text}, search_text) FROM directive
    WHERE 'DIRECTIVE' = ANY ({nouns}) AND ({text} <% search_text OR search_text LIKE ALL ({patterns})) AND {directive is visible}
    UNION ALL
    SELECT 'RECOMMENDATION', id, word_similarity({text}, search_text) FROM recommendation
    WHERE 'RECOMMENDATION' = ANY ({nouns}) AND ({text} <% search_text OR search_text LIKE ALL ({patterns})) AND {recommendation is visible}
), ranked AS (
    SELECT noun, id, round(rank * 1000000)::integer AS rank FROM hit
)
SELECT noun, id, rank FROM ranked
WHERE {rank} IS NULL OR (rank, id) < ({rank}, {id})
ORDER BY rank DESC, id DESC
LIMIT {limit}
