COMMENT ON COLUMN directive_event.other_directive_id IS 'The part that was given away, or the directive that is waited for no longer';
DROP TRIGGER directive_parts_end_first ON directive;
DROP FUNCTION directive_parts_end_first();
