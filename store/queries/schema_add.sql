INSERT INTO schema_version (version, name, checksum, applied)
SELECT {version:UInt32}, {name:String}, {checksum:String}, fromUnixTimestamp64Milli({applied:Int64}, 'UTC')
