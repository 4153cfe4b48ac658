-- Checked apart from where it was added, so that nobody waits while rows are read.
ALTER TABLE indicator VALIDATE CONSTRAINT indicator_regime_check;
ALTER TABLE directive VALIDATE CONSTRAINT directive_state_source_check;
ALTER TABLE directive VALIDATE CONSTRAINT directive_unknown_check;
ALTER TABLE directive VALIDATE CONSTRAINT directive_summary_vi_check;
ALTER TABLE agency VALIDATE CONSTRAINT agency_block_check;
ALTER TABLE agency VALIDATE CONSTRAINT agency_block_stated_check;
ALTER TABLE agency_placement VALIDATE CONSTRAINT agency_placement_basis_check;
