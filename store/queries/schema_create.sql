CREATE TABLE IF NOT EXISTS schema_version
(
    version  UInt32,
    name     String,
    checksum String,
    applied  DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree
ORDER BY version
