-- What a flow adds to the figures of teams, whoever they are: own time by
-- endpoint, hand-offs by the endpoints on both sides, and the sides of the hop
-- that failed. own_us is empty in rows that say nothing of it.
ALTER TABLE flows
    ADD COLUMN IF NOT EXISTS own_us      Array(UInt64) CODEC(T64, ZSTD(1)), -- of each of endpoints, and last of no side
    ADD COLUMN IF NOT EXISTS hand_from   Array(UInt64) CODEC(ZSTD(1)), -- endpoints; 0 for a side that sent no span
    ADD COLUMN IF NOT EXISTS hand_to     Array(UInt64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS hand_wait   Array(UInt16) CODEC(T64, ZSTD(1)), -- a class, see flow.WaitClass
    ADD COLUMN IF NOT EXISTS hand_failed Array(UInt8)  CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS hand_shared Array(UInt64) CODEC(ZSTD(1)), -- id of a hop that other flows refer to
    ADD COLUMN IF NOT EXISTS c_sides     Array(UInt64) CODEC(ZSTD(1))
