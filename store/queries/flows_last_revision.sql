SELECT max(revision) FROM flows
