-- Checked apart from where they were added, so that nobody waits while rows are read.
ALTER TABLE indicator_definition VALIDATE CONSTRAINT indicator_definition_method_check;
ALTER TABLE indicator_definition VALIDATE CONSTRAINT indicator_definition_formula_check;
ALTER TABLE indicator_definition VALIDATE CONSTRAINT indicator_definition_formula_text_check;
