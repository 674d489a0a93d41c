-- Flows that one of the keys may have joined (a row shows only the first keys of a
-- flow), or that a service takes part in.
SELECT id
FROM flows FINAL
WHERE tenant = {tenant:String}
  AND (hasAny(corr_keys, {keys:Array(String)}) OR notEmpty({keys:Array(String)}) AND length(corr_keys) >= {shown:UInt64}
       OR hasAny(services, {services:Array(String)}))
ORDER BY minted DESC
LIMIT {limit:UInt64}
