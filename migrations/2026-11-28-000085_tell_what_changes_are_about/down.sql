DROP FUNCTION change_about(text, uuid);
