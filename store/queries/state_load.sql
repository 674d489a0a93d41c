SELECT revision, value
FROM joiner_state
WHERE key = {key:String}
ORDER BY revision DESC
LIMIT 1
