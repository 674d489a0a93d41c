-- What can meet a condition: templates whose value is in the row (0), templates
-- that have it themselves (1), and resources (2).
SELECT DISTINCT id, how
FROM
(
    SELECT id, consts, indexOf(keys, {key:String}) AS at, toUInt8(notEmpty(dynamic) AND dynamic[at] = 0) AS how
    FROM shapes
    WHERE tenant = {tenant:String} AND day >= {since:Date} AND has(keys, {key:String})
)
WHERE how = 0 OR has({texts:Array(String)}, consts[at])
UNION ALL
SELECT DISTINCT id, 2
FROM resources
WHERE tenant = {tenant:String} AND day >= {since:Date}
    AND (mapContains(attributes, {key:String}) AND has({texts:Array(String)}, attributes[{key:String}]) OR {key:String} = 'service' AND service = {value:String})
