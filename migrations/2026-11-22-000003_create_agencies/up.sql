CREATE TABLE agency (
    id uuid PRIMARY KEY,
    code text COLLATE "C" NOT NULL,
    name_vi text COLLATE vietnamese NOT NULL,
    name_en text,
    aliases text[] NOT NULL DEFAULT '{}',
    kind text NOT NULL,
    level text,
    province text,
    opened_on date,
    closed_on date,
    planned_parent_id uuid CONSTRAINT agency_planned_parent_id_fkey REFERENCES agency,
    simulated boolean NOT NULL DEFAULT false,
    note text,
    search_text text NOT NULL GENERATED ALWAYS AS (fold(ARRAY[name_vi, name_en, code] || aliases)) STORED,
    CONSTRAINT agency_code_key UNIQUE (code),
    CONSTRAINT agency_code_check CHECK (code ~ '^[a-z0-9]+([._-][a-z0-9]+)*$'),
    CONSTRAINT agency_name_vi_check CHECK (name_vi ~ '\S' AND name_vi IS NFC NORMALIZED),
    CONSTRAINT agency_kind_check CHECK (kind IN ('PARTY_COMMITTEE', 'PARTY_BODY', 'PEOPLES_COMMITTEE', 'PEOPLES_COUNCIL', 'DEPARTMENT', 'OFFICE',
        'MANAGEMENT_BOARD', 'PUBLIC_SERVICE_UNIT', 'MASS_ORGANISATION', 'STEERING_COMMITTEE', 'WORKING_GROUP', 'MINISTRY', 'CENTRAL_AUTHORITY', 'POLICE',
        'OFFICE_HOLDER', 'AGENCY_GROUP', 'ADMINISTRATIVE_AREA', 'ENTERPRISE', 'OTHER')),
    CONSTRAINT agency_level_check CHECK (level IN ('CENTRAL', 'PROVINCIAL', 'DISTRICT', 'COMMUNE')),
    CONSTRAINT agency_aliases_check CHECK (array_position(aliases, NULL) IS NULL),
    CONSTRAINT agency_life_check CHECK (closed_on > opened_on)
);
COMMENT ON TABLE agency IS 'An agency or unit (cơ quan, đơn vị), a post, or a group of agencies that documents address as one';
COMMENT ON COLUMN agency.code IS 'Stable key, unique in the whole system: province prefix, dot, abbreviation';
COMMENT ON COLUMN agency.aliases IS 'Other names in use, as documents write them';
COMMENT ON COLUMN agency.level IS 'Administrative level; null if the documents do not say';
COMMENT ON COLUMN agency.province IS 'Province the agency belongs to; null for central bodies and enterprises';
COMMENT ON COLUMN agency.opened_on IS 'First day of existence; null if unknown';
COMMENT ON COLUMN agency.closed_on IS 'First day on which it no longer exists; null while it does or if unknown';
COMMENT ON COLUMN agency.planned_parent_id IS 'The parent that a document announces without a date';
COMMENT ON COLUMN agency.simulated IS 'True if no document names it: invented for the demo province';
COMMENT ON COLUMN agency.search_text IS 'Folded names, code and aliases, for search';
CREATE INDEX agency_search_text_idx ON agency USING gin (search_text gin_trgm_ops);
CREATE INDEX agency_name_vi_idx ON agency (name_vi, code);
CREATE INDEX agency_planned_parent_id_idx ON agency (planned_parent_id);

ALTER TABLE document ADD CONSTRAINT document_issuer_id_fkey FOREIGN KEY (issuer_id) REFERENCES agency;

CREATE TABLE agency_placement (
    id uuid PRIMARY KEY,
    agency_id uuid NOT NULL CONSTRAINT agency_placement_agency_id_fkey REFERENCES agency,
    parent_id uuid NOT NULL CONSTRAINT agency_placement_parent_id_fkey REFERENCES agency,
    valid_from date,
    valid_until date,
    stated boolean NOT NULL,
    document_id uuid CONSTRAINT agency_placement_document_id_fkey REFERENCES document,
    clause text,
    CONSTRAINT agency_placement_self_check CHECK (agency_id <> parent_id),
    CONSTRAINT agency_placement_valid_check CHECK (valid_until > valid_from),
    CONSTRAINT agency_placement_no_overlap EXCLUDE USING gist (agency_id WITH =, daterange(valid_from, valid_until) WITH &&)
);
COMMENT ON TABLE agency_placement IS 'Which agency stands under which other, and when: the dated edges of the tree';
COMMENT ON COLUMN agency_placement.valid_from IS 'First day; null if it was so before our records begin';
COMMENT ON COLUMN agency_placement.valid_until IS 'First day on which it is no longer so; null while it is';
COMMENT ON COLUMN agency_placement.stated IS 'True if a document says so; false if it follows from the law or the context';
CREATE INDEX agency_placement_parent_id_idx ON agency_placement (parent_id);
CREATE INDEX agency_placement_document_id_idx ON agency_placement (document_id);

-- A cycle could only be seen in the whole tree, so the check follows the parents upwards over every day the new edge holds.
CREATE FUNCTION agency_placement_refuse_cycle() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        -- Two edges placed at the same time could close a cycle that neither sees: one placement at a time.
        PERFORM pg_advisory_xact_lock(hashtext('agency_placement'));
        IF EXISTS (
            WITH RECURSIVE above (id, during) AS (
                SELECT NEW.parent_id, daterange(NEW.valid_from, NEW.valid_until)
                UNION
                SELECT p.parent_id, above.during * daterange(p.valid_from, p.valid_until)
                FROM above JOIN agency_placement p ON p.agency_id = above.id AND above.during && daterange(p.valid_from, p.valid_until)
                WHERE above.id <> NEW.agency_id
            )
            SELECT FROM above WHERE id = NEW.agency_id
        ) THEN
            RAISE EXCEPTION 'this placement would put an agency under itself'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'agency_placement_no_cycle', TABLE = 'agency_placement';
        END IF;
        RETURN NEW;
    END
    $$;
CREATE TRIGGER agency_placement_no_cycle AFTER INSERT OR UPDATE ON agency_placement
    FOR EACH ROW EXECUTE FUNCTION agency_placement_refuse_cycle();

CREATE TABLE agency_succession (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    effective_on date,
    document_id uuid CONSTRAINT agency_succession_document_id_fkey REFERENCES document,
    clause text,
    note text,
    CONSTRAINT agency_succession_kind_check CHECK (kind IN ('MERGER', 'SPLIT', 'RENAME', 'TRANSFER'))
);
COMMENT ON TABLE agency_succession IS 'A reorganisation: which agencies became which';
COMMENT ON COLUMN agency_succession.effective_on IS 'First day of the new order; null if the documents give no date';
CREATE INDEX agency_succession_document_id_idx ON agency_succession (document_id);

CREATE TABLE agency_succession_party (
    succession_id uuid NOT NULL CONSTRAINT agency_succession_party_succession_id_fkey REFERENCES agency_succession ON DELETE CASCADE,
    agency_id uuid NOT NULL CONSTRAINT agency_succession_party_agency_id_fkey REFERENCES agency,
    side text NOT NULL,
    PRIMARY KEY (succession_id, agency_id, side),
    CONSTRAINT agency_succession_party_side_check CHECK (side IN ('PREDECESSOR', 'SUCCESSOR'))
);
COMMENT ON TABLE agency_succession_party IS 'Who went into a reorganisation and who came out of it';
CREATE INDEX agency_succession_party_agency_id_idx ON agency_succession_party (agency_id);

CREATE TABLE document_relation (
    id uuid PRIMARY KEY,
    from_document_id uuid NOT NULL CONSTRAINT document_relation_from_document_id_fkey REFERENCES document,
    kind text NOT NULL,
    to_document_id uuid CONSTRAINT document_relation_to_document_id_fkey REFERENCES document,
    to_agency_id uuid CONSTRAINT document_relation_to_agency_id_fkey REFERENCES agency,
    clause text,
    CONSTRAINT document_relation_key UNIQUE NULLS NOT DISTINCT (from_document_id, kind, to_document_id, to_agency_id),
    CONSTRAINT document_relation_one_end_check CHECK (num_nonnulls(to_document_id, to_agency_id) = 1),
    CONSTRAINT document_relation_self_check CHECK (from_document_id <> to_document_id),
    CONSTRAINT document_relation_kind_check CHECK (kind IN ('REPLACES', 'AMENDS', 'IMPLEMENTS', 'DIRECTS_IMPLEMENTATION_OF', 'REFERENCES', 'FOLLOWS',
        'SUBMITTED_TO', 'RESPONDS_TO', 'ESTABLISHES', 'PROPOSES', 'APPROVES', 'REPORTS_ON')),
    CONSTRAINT document_relation_agency_check CHECK (to_agency_id IS NULL OR kind IN ('SUBMITTED_TO', 'ESTABLISHES', 'PROPOSES'))
);
COMMENT ON TABLE document_relation IS 'What one document does to another document, or to an agency';
COMMENT ON COLUMN document_relation.clause IS 'Clause of the document that says so, as printed';
CREATE INDEX document_relation_to_document_id_idx ON document_relation (to_document_id);
CREATE INDEX document_relation_to_agency_id_idx ON document_relation (to_agency_id);

-- The agencies below one on a day, itself included.
CREATE FUNCTION agency_subtree_ids(root uuid, on_day date) RETURNS uuid[]
    LANGUAGE sql STABLE
    AS $$
        WITH RECURSIVE below (agency_id) AS (
            SELECT root
            UNION ALL
            SELECT p.agency_id
            FROM below JOIN agency_placement p ON p.parent_id = below.agency_id
            WHERE (p.valid_from IS NULL OR p.valid_from <= on_day) AND (p.valid_until IS NULL OR p.valid_until > on_day)
        )
        SELECT array_agg(agency_id) FROM below
    $$;
COMMENT ON FUNCTION agency_subtree_ids(uuid, date) IS 'The agencies below one on a day, itself included';

-- The way up from an agency on a day: its parent first, the root last.
CREATE FUNCTION agency_ancestor_ids(leaf uuid, on_day date) RETURNS uuid[]
    LANGUAGE sql STABLE
    AS $$
        WITH RECURSIVE above (agency_id, depth) AS (
            SELECT leaf, 0
            UNION ALL
            SELECT p.parent_id, above.depth + 1
            FROM above JOIN agency_placement p ON p.agency_id = above.agency_id
            WHERE (p.valid_from IS NULL OR p.valid_from <= on_day) AND (p.valid_until IS NULL OR p.valid_until > on_day)
        )
        SELECT array_agg(agency_id ORDER BY depth) FROM above WHERE depth > 0
    $$;
COMMENT ON FUNCTION agency_ancestor_ids(uuid, date) IS 'The agencies above one on a day, nearest first; null if there are none';
