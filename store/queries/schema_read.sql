SELECT version, any(name), any(checksum)
FROM schema_version
GROUP BY version
ORDER BY version
