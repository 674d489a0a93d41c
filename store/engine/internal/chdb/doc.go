// Package chdb binds libchdb, the ClickHouse engine as a shared library, without cgo.
//
// A process has one engine: every connection shares its data folder and its server settings, which the first Open decides. A
// connection is a session (database, settings, temporary tables) and runs one statement at a time; it is not safe for concurrent
// use. chdb_shutdown is not bound: it refuses once there has been a MergeTree table, and the end of the process, which is safe at any
// time, does the same. The library is published for linux/amd64 with glibc and that is the only platform tried; elsewhere Load says so.
package chdb
