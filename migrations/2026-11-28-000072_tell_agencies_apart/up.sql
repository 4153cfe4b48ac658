-- Whether a body exists, is to be founded or was only proposed; of which side it is; and on what its place in the tree rests.
ALTER TABLE agency
    ADD COLUMN block text,
    ADD COLUMN block_stated boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT agency_block_check CHECK (block IN ('PARTY', 'STATE', 'PARTY_AND_STATE', 'FRONT_AND_UNIONS', 'ENTERPRISE')) NOT VALID,
    ADD CONSTRAINT agency_block_stated_check CHECK (NOT block_stated OR block IS NOT NULL) NOT VALID;
COMMENT ON COLUMN agency.block IS 'Of which side it is: Party, State, both, Front and unions, enterprise; null if not even its name tells';
COMMENT ON COLUMN agency.block_stated IS 'True if a document says so; false if it is read from the name';

CREATE TABLE agency_existence (
    agency_id uuid PRIMARY KEY CONSTRAINT agency_existence_agency_id_fkey REFERENCES agency,
    state text NOT NULL,
    document_id uuid NOT NULL CONSTRAINT agency_existence_document_id_fkey REFERENCES document,
    clause text NOT NULL,
    CONSTRAINT agency_existence_state_check CHECK (state IN ('PROPOSED', 'TO_BE_ESTABLISHED', 'TO_BE_ESTABLISHED_OR_UPGRADED', 'MERGED_AWAY'))
);
COMMENT ON TABLE agency_existence IS 'What a document says of an agency that does not simply exist: that it was proposed, is to be founded, or is gone';
COMMENT ON COLUMN agency_existence.clause IS 'Clause of the document, as printed';
ALTER TABLE agency_placement
    ADD COLUMN basis text,
    ADD CONSTRAINT agency_placement_basis_check CHECK (basis IN ('STATED', 'NAME', 'CONTEXT', 'ASSUMED') AND (basis = 'STATED') = stated) NOT VALID;
COMMENT ON COLUMN agency_placement.basis IS 'On what it rests: a document says so; the body''s own name; the context; or it is assumed, as a known order of the State. Null: nobody has said';
