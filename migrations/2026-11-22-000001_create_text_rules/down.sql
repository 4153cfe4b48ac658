DROP FUNCTION refuse_change();
DROP FUNCTION fold(text[]);
DROP FUNCTION fold(text);
DROP COLLATION vietnamese;
DROP EXTENSION btree_gist;
DROP EXTENSION pg_trgm;
