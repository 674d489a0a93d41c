// Package store is all of Baton's ClickHouse, embedded or a server, and nothing
// else: the schema, the columnar insert, every read and retention. It knows the
// records of the flow package and none of its rules but the extractor's.
//
// Every statement is a file: migrations/ for the schema, queries/ for the rest.
// Writes go out as columns through a sender, reads come back through
// clickhouse-go; both are the same for the embedded engine and for a server.
package store
