ALTER TABLE indicator ADD COLUMN part_decimals smallint;
COMMENT ON COLUMN indicator.part_decimals IS 'Decimal places that the parts of a ratio may have; null: none, for they are counted, or six where the unit is a share of money';
ALTER TABLE indicator ADD CONSTRAINT indicator_part_decimals_check CHECK (part_decimals BETWEEN 0 AND 6) NOT VALID;
