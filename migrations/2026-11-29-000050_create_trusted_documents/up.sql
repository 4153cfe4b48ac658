-- Documents that whoever runs the server has published. A client names one by its id instead of sending its text, and a closed
-- endpoint takes no others.
CREATE TABLE trusted_document (
    id           text COLLATE "C" PRIMARY KEY,
    text         text NOT NULL,
    name         text,
    published_at timestamptz NOT NULL,
    retired_at   timestamptz,
    CONSTRAINT trusted_document_id_check CHECK (id ~ '^(x-[A-Za-z0-9._~-]+:)?[A-Za-z0-9._~-]+$' AND length(id) <= 200),
    CONSTRAINT trusted_document_text_check CHECK (text ~ '\S' AND text IS NFC NORMALIZED),
    CONSTRAINT trusted_document_hash_check CHECK (id !~ '^[0-9a-f]{64}$' OR id = encode(sha256(convert_to(text, 'UTF8')), 'hex'))
);
COMMENT ON TABLE trusted_document IS 'Documents of GraphQL that were published: clients name them by their ids. One that was retired stays, so that its id never means another text';
COMMENT ON COLUMN trusted_document.id IS 'What a request names it by: a SHA-256 of its text in hexadecimal digits, or whatever a tool has chosen';
COMMENT ON COLUMN trusted_document.name IS 'The name of its first operation that has one';
COMMENT ON COLUMN trusted_document.published_at IS 'When it was published last';
COMMENT ON COLUMN trusted_document.retired_at IS 'When it was retired, if it was; it may be published again';

-- An id never means another text, whoever writes.
CREATE TRIGGER trusted_document_keeps_its_text BEFORE UPDATE OF id, text OR DELETE ON trusted_document
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
