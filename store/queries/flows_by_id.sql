SELECT {{flow_columns}}
FROM flows FINAL
WHERE tenant = {tenant:String}
  AND minted IN (SELECT fromUnixTimestamp64Milli(arrayJoin({minted:Array(Int64)}), 'UTC'))
  AND id IN (SELECT unhex(arrayJoin({ids:Array(String)}))::FixedString(16))
