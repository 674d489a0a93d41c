SELECT id, argMax(flow, revision)
FROM flow_alias
WHERE tenant = {tenant:String} AND id IN (SELECT unhex(arrayJoin({ids:Array(String)}))::FixedString(16))
GROUP BY id
