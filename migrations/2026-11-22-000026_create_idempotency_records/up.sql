CREATE TABLE idempotency_record (
    account_id uuid NOT NULL,
    key uuid NOT NULL,
    body_hash bytea NOT NULL,
    answer jsonb,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, key),
    CONSTRAINT idempotency_record_body_hash_check CHECK (octet_length(body_hash) = 32)
);
COMMENT ON TABLE idempotency_record IS 'Changes that were made, by the key their client gave them: the same request again gets the same answer, and nothing is written twice. Kept 72 hours';
COMMENT ON COLUMN idempotency_record.account_id IS 'The account or service account that asked; each has keys of its own';
COMMENT ON COLUMN idempotency_record.key IS 'The UUID that the client made';
COMMENT ON COLUMN idempotency_record.body_hash IS 'SHA-256 of the mutation and its arguments: the key with another body is an error';
COMMENT ON COLUMN idempotency_record.answer IS 'What was answered; null only inside the transaction that writes it';
COMMENT ON COLUMN idempotency_record.recorded_at IS 'When it was done';
CREATE INDEX idempotency_record_recorded_at_idx ON idempotency_record (recorded_at);
