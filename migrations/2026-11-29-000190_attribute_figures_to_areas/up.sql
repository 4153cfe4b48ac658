-- Figures are read for the areas of another day: those of the agencies that became one are put together.

CREATE TABLE succession_weight (
    succession_id uuid NOT NULL CONSTRAINT succession_weight_succession_id_fkey REFERENCES agency_succession,
    predecessor_id uuid NOT NULL CONSTRAINT succession_weight_predecessor_id_fkey REFERENCES agency,
    successor_id uuid NOT NULL CONSTRAINT succession_weight_successor_id_fkey REFERENCES agency,
    kind text NOT NULL,
    share numeric NOT NULL,
    document_id uuid CONSTRAINT succession_weight_document_id_fkey REFERENCES document,
    source text,
    CONSTRAINT succession_weight_pkey PRIMARY KEY (succession_id, predecessor_id, successor_id, kind),
    CONSTRAINT succession_weight_kind_check CHECK (kind IN ('AREA', 'POPULATION')),
    CONSTRAINT succession_weight_share_check CHECK (share > 0 AND share <= 1),
    CONSTRAINT succession_weight_source_check CHECK (document_id IS NOT NULL OR coalesce(source ~ '\S', false))
);
COMMENT ON TABLE succession_weight IS 'Which share of an agency that was divided each of its successors has: by it figures of the former are divided';
COMMENT ON COLUMN succession_weight.kind IS 'Of what it is a share: AREA or POPULATION';
COMMENT ON COLUMN succession_weight.share IS 'From 0 to 1; those of one predecessor come to 1';
COMMENT ON COLUMN succession_weight.document_id IS 'The document that says so; null where source names what does';
COMMENT ON COLUMN succession_weight.source IS 'Where it is from, in words';
CREATE INDEX succession_weight_document_id_idx ON succession_weight (document_id);
CREATE TRIGGER data_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON succession_weight
    FOR EACH STATEMENT EXECUTE FUNCTION data_version_raise('agency');
ALTER TABLE succession_weight ENABLE ALWAYS TRIGGER data_version;
SELECT history.attach('succession_weight');

CREATE FUNCTION succession_weights_are_whole() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    DECLARE
        row succession_weight := coalesce(NEW, OLD);
    BEGIN
        IF (SELECT sum(share) <> 1 FROM succession_weight
            WHERE succession_id = row.succession_id AND predecessor_id = row.predecessor_id AND kind = row.kind)
        THEN
            RAISE EXCEPTION 'the shares of what was divided come to 1'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'succession_weights_are_whole', TABLE = 'succession_weight';
        END IF;
        IF NEW IS NOT NULL AND 2 <> (SELECT count(*) FROM agency_succession_party
            WHERE succession_id = NEW.succession_id AND (agency_id, side) IN ((NEW.predecessor_id, 'PREDECESSOR'), (NEW.successor_id, 'SUCCESSOR')))
        THEN
            RAISE EXCEPTION 'a share is of one who went in, and of one who came out'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'succession_weight_parties', TABLE = 'succession_weight';
        END IF;
        RETURN NULL;
    END
    $$;
CREATE CONSTRAINT TRIGGER succession_weights_are_whole AFTER INSERT OR UPDATE OR DELETE ON succession_weight DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION succession_weights_are_whole();

-- Tasks alone move no area. What went into one agency as a whole has the share 1; what was divided that of a weight, or none.
CREATE FUNCTION area_moved(of_agency uuid, since date, until date) RETURNS TABLE (succession_id uuid, effective_on date)
    LANGUAGE sql STABLE
    AS $$
        SELECT succession.id, succession.effective_on
        FROM agency_succession_party party
        JOIN agency_succession succession ON succession.id = party.succession_id
        WHERE party.agency_id = of_agency AND party.side = 'PREDECESSOR' AND succession.kind <> 'TRANSFER'
            AND succession.effective_on > since AND succession.effective_on <= until
            AND EXISTS (SELECT FROM agency_succession_party came WHERE came.succession_id = succession.id AND came.side = 'SUCCESSOR')
        ORDER BY succession.effective_on, succession.id
        LIMIT 1
    $$;
COMMENT ON FUNCTION area_moved(uuid, date, date) IS 'The first reorganisation after a day and by another in which the area of an agency went to others';

CREATE FUNCTION area_sources_before(targets uuid[], on_day date, at date, weighed_by text) RETURNS TABLE (target_id uuid, agency_id uuid, share numeric)
    LANGUAGE sql STABLE ROWS 100
    AS $$
        WITH RECURSIVE origin (id) AS (
            SELECT unnest(targets)
            UNION
            SELECT went.agency_id
            FROM origin
            JOIN agency_succession_party came ON came.agency_id = origin.id AND came.side = 'SUCCESSOR'
            JOIN agency_succession succession ON succession.id = came.succession_id AND succession.kind <> 'TRANSFER'
                AND succession.effective_on > on_day AND succession.effective_on <= at
            JOIN agency_succession_party went ON went.succession_id = came.succession_id AND went.side = 'PREDECESSOR'
        ), way (source_id, place_id, since, share) AS (
            SELECT id, id, on_day, 1::numeric FROM origin
            UNION ALL
            SELECT way.source_id, heir.agency_id, moved.effective_on, way.share * CASE
                WHEN (SELECT count(*) FROM agency_succession_party came WHERE came.succession_id = moved.succession_id AND came.side = 'SUCCESSOR') = 1 THEN 1
                ELSE (SELECT weight.share FROM succession_weight weight
                    WHERE weight.succession_id = moved.succession_id AND weight.predecessor_id = way.place_id AND weight.successor_id = heir.agency_id
                        AND weight.kind = weighed_by)
                END
            FROM way
            CROSS JOIN LATERAL area_moved(way.place_id, way.since, at) AS moved
            JOIN agency_succession_party heir ON heir.succession_id = moved.succession_id AND heir.side = 'SUCCESSOR'
        )
        SELECT way.place_id, way.source_id, CASE WHEN bool_and(way.share IS NOT NULL) THEN sum(way.share) END
        FROM way
        WHERE way.place_id = ANY (targets) AND agency_exists_on(way.source_id, on_day)
            AND NOT EXISTS (SELECT FROM area_moved(way.place_id, way.since, at))
        GROUP BY way.place_id, way.source_id
    $$;

CREATE FUNCTION area_sources_after(targets uuid[], on_day date, at date) RETURNS TABLE (target_id uuid, agency_id uuid, share numeric)
    LANGUAGE sql STABLE ROWS 100
    AS $$
        WITH RECURSIVE way (target_id, place_id, since, share) AS (
            SELECT target.id, target.id, at, 1::numeric FROM unnest(targets) AS target (id) WHERE agency_exists_on(target.id, at)
            UNION ALL
            SELECT way.target_id, heir.agency_id, moved.effective_on, CASE WHEN moved.parties = 2 THEN way.share END
            FROM way
            CROSS JOIN LATERAL (
                SELECT succession.id, succession.effective_on,
                    (SELECT count(*) FROM agency_succession_party party WHERE party.succession_id = succession.id) AS parties
                FROM agency_succession_party took_part
                JOIN agency_succession succession ON succession.id = took_part.succession_id
                WHERE took_part.agency_id = way.place_id AND succession.kind <> 'TRANSFER'
                    AND succession.effective_on > way.since AND succession.effective_on <= on_day
                ORDER BY succession.effective_on, succession.id
                LIMIT 1
            ) AS moved
            JOIN agency_succession_party heir ON heir.succession_id = moved.id AND heir.side = 'SUCCESSOR'
        )
        SELECT way.target_id, way.place_id, CASE WHEN bool_and(way.share IS NOT NULL) THEN max(way.share) END
        FROM way
        WHERE NOT EXISTS (
            SELECT FROM agency_succession_party took_part
            JOIN agency_succession succession ON succession.id = took_part.succession_id
            WHERE took_part.agency_id = way.place_id AND succession.kind <> 'TRANSFER'
                AND succession.effective_on > way.since AND succession.effective_on <= on_day)
        GROUP BY way.target_id, way.place_id
    $$;

CREATE FUNCTION area_sources(targets uuid[], on_day date, at date, weighed_by text) RETURNS TABLE (target_id uuid, agency_id uuid, share numeric)
    LANGUAGE sql STABLE ROWS 100
    AS $$
        SELECT * FROM area_sources_before(targets, on_day, at, weighed_by) WHERE on_day <= at
        UNION ALL
        SELECT * FROM area_sources_after(targets, on_day, at) WHERE on_day > at
    $$;
COMMENT ON FUNCTION area_sources(uuid[], date, date, text) IS
    'The agencies that on a day had the areas that some have at another, each with the share of it that is theirs; null where it was divided and no weight says how, or where an earlier area is asked for and a later agency has more than that';

CREATE FUNCTION area_figure(targets uuid[], of_indicator uuid, of_regime text, of_period text, on_day date, at date, weighed_by text)
    RETURNS TABLE (subject_id uuid, value numeric, numerator numeric, denominator numeric, factor numeric, reason text, definition_id uuid,
        measurement_ids uuid[], missing_ids uuid[], undivided_ids uuid[])
    LANGUAGE sql STABLE ROWS 100
    AS $$
        SELECT summed.target_id, told.value,
            CASE WHEN told.value IS NOT NULL THEN summed.numerator END, CASE WHEN told.value IS NOT NULL THEN summed.denominator END, summed.factor,
            CASE
                WHEN told.value IS NOT NULL THEN NULL
                WHEN summed.used = 0 AND summed.undivided_ids <> '{}' THEN 'NOT_ATTRIBUTABLE'
                WHEN summed.used = 0 THEN 'NO_FIGURES'
                WHEN summed.definitions > 1 THEN 'DEFINITIONS_DIFFER'
                WHEN summed.used = summed.numbers AND indicator.aggregation IN ('SUM', 'MEAN', 'RATIO_OF_SUMS', 'MAX', 'MIN') THEN 'NOT_COMPUTABLE'
                ELSE 'NOT_SUMMABLE'
            END,
            CASE WHEN summed.definitions = 1 THEN summed.definition_ids[1] END, summed.measurement_ids, summed.missing_ids, summed.undivided_ids
        FROM (
            SELECT source.target_id,
                count(figure.id) FILTER (WHERE source.share IS NOT NULL) AS used,
                count(figure.value) FILTER (WHERE source.share IS NOT NULL) AS numbers,
                count(figure.denominator) FILTER (WHERE source.share IS NOT NULL) AS ratios,
                coalesce(bool_and(source.share = 1) FILTER (WHERE figure.id IS NOT NULL), true) AS is_whole,
                count(DISTINCT figure.definition_id) FILTER (WHERE source.share IS NOT NULL) AS definitions,
                array_agg(DISTINCT figure.definition_id) FILTER (WHERE source.share IS NOT NULL AND figure.id IS NOT NULL) AS definition_ids,
                sum(figure.value * source.share) AS sum, max(figure.value) FILTER (WHERE source.share IS NOT NULL) AS max,
                min(figure.value) FILTER (WHERE source.share IS NOT NULL) AS min,
                trim_scale(sum(figure.numerator * source.share)) AS numerator, trim_scale(sum(figure.denominator * source.share)) AS denominator,
                max(figure.factor) AS factor, count(DISTINCT figure.factor) AS factors,
                coalesce(array_agg(figure.id ORDER BY figure.id) FILTER (WHERE figure.id IS NOT NULL AND source.share IS NOT NULL), '{}') AS measurement_ids,
                coalesce(array_agg(source.agency_id ORDER BY source.agency_id) FILTER (WHERE figure.id IS NULL AND source.share IS NOT NULL), '{}') AS missing_ids,
                coalesce(array_agg(source.agency_id ORDER BY source.agency_id) FILTER (WHERE source.share IS NULL), '{}') AS undivided_ids
            FROM area_sources(targets, on_day, at, weighed_by) AS source
            LEFT JOIN LATERAL (
                SELECT m.id, m.definition_id, r.value, r.numerator, r.denominator, r.factor
                FROM measurement m JOIN measurement_revision r ON r.measurement_id = m.id AND r.revision = m.published_revision
                WHERE m.subject_id = source.agency_id AND m.indicator_id = of_indicator AND m.regime = of_regime AND m.period = of_period
                LIMIT 1
            ) AS figure ON true
            GROUP BY source.target_id
        ) AS summed
        JOIN indicator ON indicator.id = of_indicator
        CROSS JOIN LATERAL (SELECT trim_scale(CASE
            WHEN summed.definitions <> 1 OR summed.used <> summed.numbers THEN NULL
            -- One figure is what it is, whatever its kind.
            WHEN summed.used = 1 AND summed.is_whole THEN summed.sum
            WHEN indicator.aggregation = 'SUM' THEN summed.sum
            WHEN indicator.aggregation IN ('RATIO_OF_SUMS', 'MEAN') AND summed.ratios = summed.used AND summed.factors = 1
                THEN round(summed.numerator * summed.factor / summed.denominator, 6)
            WHEN indicator.aggregation = 'MAX' AND summed.is_whole THEN summed.max
            WHEN indicator.aggregation = 'MIN' AND summed.is_whole THEN summed.min
        END) AS value) AS told
    $$;
COMMENT ON FUNCTION area_figure(uuid[], uuid, text, text, date, date, text) IS
    'What the published figures of one period come to for the areas that some agencies have on a day: by the aggregation of the indicator, of the agencies that had these areas on the last day of the period. Names the figures that were used, who of them has none, and whose area was divided and no weight says how';
