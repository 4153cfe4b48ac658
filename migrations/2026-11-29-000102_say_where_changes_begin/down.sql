DROP FUNCTION change_place(timestamptz);
