SELECT toUnixTimestamp64Milli(max(ingested_at)) FROM batches
