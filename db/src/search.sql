-- What fits a search text best, over the nouns that people look for by words. What stands in braces is filled in:
-- parameters, and the rule by which the reader sees a noun.
WITH hit (noun, id, code, is_code, is_name, search_text) AS (
    SELECT 'AGENCY', id, code, fold(code) = {text}, {text} = ANY (ARRAY(SELECT fold(name) FROM unnest(aliases || name_vi || name_en) AS names (name))), search_text FROM agency
    WHERE 'AGENCY' = ANY ({nouns}) AND ({text} <<% search_text OR (search_text LIKE {longest} AND search_holds(search_text, {words}, {begun}))) AND agency_exists_on(id, {today})
    UNION ALL
    SELECT 'DOCUMENT', id, code, {text} IN (fold(code), fold(symbol)), fold(title) = {text}, search_text FROM document
    WHERE 'DOCUMENT' = ANY ({nouns}) AND ({text} <<% search_text OR (search_text LIKE {longest} AND search_holds(search_text, {words}, {begun}))) AND {document is visible}
    UNION ALL
    SELECT 'INDICATOR', id, code, fold(code) = {text}, {text} IN (fold(name_vi), fold(name_en)), search_text FROM indicator
    WHERE 'INDICATOR' = ANY ({nouns}) AND ({text} <<% search_text OR (search_text LIKE {longest} AND search_holds(search_text, {words}, {begun})))
    UNION ALL
    SELECT 'DIRECTIVE', id, code, fold(code) = {text}, fold(title) = {text}, search_text FROM directive
    WHERE 'DIRECTIVE' = ANY ({nouns}) AND ({text} <<% search_text OR (search_text LIKE {longest} AND search_holds(search_text, {words}, {begun}))) AND {directive is visible}
    UNION ALL
    SELECT 'MEASURE', id, code, fold(code) = {text}, {text} IN (fold(title_vi), fold(title_en)), search_text FROM measure
    WHERE 'MEASURE' = ANY ({nouns}) AND ({text} <<% search_text OR (search_text LIKE {longest} AND search_holds(search_text, {words}, {begun})))
        AND EXISTS (SELECT FROM document WHERE document.id = measure.document_id AND {document is visible})
    UNION ALL
    SELECT 'GOAL', id, code, fold(code) = {text}, {text} IN (fold(title_vi), fold(title_en)), search_text FROM goal
    WHERE 'GOAL' = ANY ({nouns}) AND ({text} <<% search_text OR (search_text LIKE {longest} AND search_holds(search_text, {words}, {begun})))
        AND EXISTS (SELECT FROM document WHERE document.id = goal.document_id AND {document is visible})
    UNION ALL
    SELECT 'DIGITAL_SYSTEM', id, code, fold(code) = {text}, {text} IN (fold(name_vi), fold(name_en)), search_text FROM digital_system
    WHERE 'DIGITAL_SYSTEM' = ANY ({nouns}) AND ({text} <<% search_text OR (search_text LIKE {longest} AND search_holds(search_text, {words}, {begun})))
        AND EXISTS (SELECT FROM digital_system_clause named JOIN document ON document.id = named.document_id
            WHERE named.system_id = digital_system.id AND {document is visible})
    UNION ALL
    SELECT 'RECOMMENDATION', id, code, fold(code) = {text}, fold(topic) = {text}, search_text FROM recommendation
    WHERE 'RECOMMENDATION' = ANY ({nouns}) AND ({text} <<% search_text OR (search_text LIKE {longest} AND search_holds(search_text, {words}, {begun}))) AND {recommendation is visible}
), ranked AS (
    SELECT noun, id, CASE
            WHEN is_code THEN 1000000
            WHEN is_name THEN 950000
            WHEN search_holds(search_text, {words}, {begun}) THEN 500000 + round(400000 * similarity({text}, search_text))
            ELSE round(499999 * strict_word_similarity({text}, search_text)) END::integer AS rank,
        code || ' ' || noun COLLATE "C" AS place
    FROM hit
)
SELECT noun, id, rank, place FROM ranked
WHERE {rank} IS NULL OR rank {beyond} {rank} OR (rank = {rank} AND place {behind} {place})
ORDER BY rank {descending}, place {ascending}
LIMIT {limit}
