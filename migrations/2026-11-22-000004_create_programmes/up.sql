CREATE TABLE programme (
    id uuid PRIMARY KEY,
    code text COLLATE "C" NOT NULL,
    name_vi text NOT NULL,
    name_en text NOT NULL,
    jurisdiction_id uuid NOT NULL CONSTRAINT programme_jurisdiction_id_fkey REFERENCES agency,
    starts_on date,
    ends_on date,
    CONSTRAINT programme_code_key UNIQUE (code),
    CONSTRAINT programme_code_check CHECK (code ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    CONSTRAINT programme_name_vi_check CHECK (name_vi ~ '\S' AND name_vi IS NFC NORMALIZED),
    CONSTRAINT programme_life_check CHECK (ends_on >= starts_on)
);
COMMENT ON TABLE programme IS 'A programme (chương trình): a resolution and the plans that carry it out in one jurisdiction';
COMMENT ON COLUMN programme.jurisdiction_id IS 'The agency whose area the programme covers: the subject of its totals';
COMMENT ON COLUMN programme.ends_on IS 'Last day';
CREATE INDEX programme_jurisdiction_id_idx ON programme (jurisdiction_id);

CREATE TABLE programme_document (
    programme_id uuid NOT NULL CONSTRAINT programme_document_programme_id_fkey REFERENCES programme,
    document_id uuid NOT NULL CONSTRAINT programme_document_document_id_fkey REFERENCES document,
    role text NOT NULL,
    PRIMARY KEY (programme_id, document_id),
    CONSTRAINT programme_document_role_check CHECK (role IN ('RESOLUTION', 'PLAN', 'DIRECTION', 'REPORT'))
);
COMMENT ON TABLE programme_document IS 'The documents a programme rests on, and as what';
CREATE INDEX programme_document_document_id_idx ON programme_document (document_id);

CREATE TABLE indicator_group (
    id uuid PRIMARY KEY,
    programme_id uuid NOT NULL CONSTRAINT indicator_group_programme_id_fkey REFERENCES programme,
    code text COLLATE "C" NOT NULL,
    name_vi text NOT NULL,
    name_en text NOT NULL,
    position integer NOT NULL,
    CONSTRAINT indicator_group_code_key UNIQUE (programme_id, code),
    CONSTRAINT indicator_group_position_key UNIQUE (programme_id, position) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT indicator_group_whole_key UNIQUE (id, programme_id),
    CONSTRAINT indicator_group_name_vi_check CHECK (name_vi ~ '\S' AND name_vi IS NFC NORMALIZED),
    CONSTRAINT indicator_group_position_check CHECK (position >= 1)
);
COMMENT ON TABLE indicator_group IS 'A pillar of a programme (trụ cột, nhóm chỉ tiêu)';
COMMENT ON COLUMN indicator_group.code IS 'Label as printed in the plan: a, b, c, d, e';
COMMENT ON COLUMN indicator_group.position IS 'Order within the programme, from 1';
