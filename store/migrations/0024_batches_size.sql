-- The commit record alone: bodies are in feed. Those of earlier releases stay
-- until they are a day old.
ALTER TABLE batches ADD COLUMN IF NOT EXISTS size UInt32 CODEC(ZSTD(1)) AFTER repaired -- of the body in bytes
