SELECT count(), countIf(name = 'schema_version')
FROM system.tables
WHERE database = currentDatabase() AND NOT is_temporary
