ALTER FUNCTION directive_follow_deadline() SECURITY INVOKER RESET search_path;
