-- Values that hardly vary are in the shape and not in the row. A shape of
-- before has no constants: its new columns are empty.
ALTER TABLE shapes
    ADD COLUMN IF NOT EXISTS dynamic Array(UInt8)  CODEC(ZSTD(1)) AFTER keys,   -- 1: the value is in the row
    ADD COLUMN IF NOT EXISTS consts  Array(String) CODEC(ZSTD(1)) AFTER dynamic -- empty where dynamic
