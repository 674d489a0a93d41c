-- Parts of spans end at 128 MB, some three million spans: or every span is
-- rewritten once more each time that ten times as many are stored. A trace is
-- found by its ten minutes, of which a part of that size holds all or some, so
-- that there may be many of them.
ALTER TABLE spans MODIFY SETTING max_bytes_to_merge_at_max_space_in_pool = 134217728, parts_to_delay_insert = 3000, parts_to_throw_insert = 5000
