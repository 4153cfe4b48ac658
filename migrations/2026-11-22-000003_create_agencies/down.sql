DROP FUNCTION agency_ancestor_ids(uuid, date);
DROP FUNCTION agency_subtree_ids(uuid, date);
DROP TABLE document_relation;
DROP TABLE agency_succession_party;
DROP TABLE agency_succession;
DROP TABLE agency_placement;
DROP FUNCTION agency_placement_refuse_cycle();
ALTER TABLE document DROP CONSTRAINT document_issuer_id_fkey;
DROP TABLE agency;
