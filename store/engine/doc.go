// Package engine runs ClickHouse inside Baton: libchdb in a child process, kept alive by a supervisor.
//
// Start begins, Ready waits, Options gives what clickhouse-go needs, Stop ends. The child is this executable with the hidden command
// "engine"; it serves the ClickHouse HTTP interface on a unix socket that only this user can open.
package engine
