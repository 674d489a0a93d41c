// Package engine runs ClickHouse inside Baton: libchdb, the ClickHouse engine as a library, in a child process that a supervisor keeps
// alive.
//
// Start begins, Ready waits, Options gives what clickhouse-go needs, State is for status pages, Stop ends. The child is this executable
// with the hidden command "engine", whose body is Child. It serves the ClickHouse HTTP interface on a unix socket that only this user
// can open, so that the store is written once, on clickhouse-go, for this engine and for a server.
//
// # Why a child process
//
// The library shares its process with whoever loads it: a crash, a memory limit, its signal handlers, and 200 MB that cannot be given
// back. In a child, none of that reaches ingest, which goes on into its log; the supervisor has the engine back in a quarter of a
// second, and kill -9 loses nothing that was acknowledged. A statement that runs at that moment fails and is for its caller to
// repeat. A connection that is opened meanwhile waits up to a second.
//
// # How the child ends
//
// The parent holds the other end of its standard input. Closing it asks the child to stop; when the parent dies, the system closes it.
// In addition the system sends SIGUSR1 when the thread that started the child ends, which is why the supervisor keeps a thread. SIGINT,
// SIGTERM and SIGHUP are ignored: terminals and service managers send them to all processes of a service, and the parent needs its
// engine to the last. A child that does not end within ten seconds is killed. A lock on the data folder, taken by the child, keeps two
// engines apart.
//
// # What clickhouse-go can do here, and what not
//
//   - All types, bound parameters, batches by rows or by columns, InsertFormat, QueryFormat, LZ4 and ZSTD, cancelling by context.
//   - Settings of a statement: clickhouse.WithSettings, or a SETTINGS clause. Each change costs 0.1 ms. Nothing stays in a session: SET,
//     USE and temporary tables end with their request, as over HTTP without a session id.
//   - clickhouse-go makes max_execution_time of a context's deadline, whole seconds and five more.
//   - insert_deduplication_token works when the table has non_replicated_deduplication_window, whose default is 0.
//   - An insert's body has no bound but the engine's memory; the text of a statement ends at 64 MiB, and the engine parses
//     max_query_size (256 KiB) of it, less the rows of INSERT ... VALUES.
//   - PrepareBatch asks for the table's columns each time, 3 ms, unless the context has clickhouse.WithColumnNamesAndTypes.
//   - SELECT and WITH are streamed. The result of any other statement is held in memory once.
//   - Not there: external tables, gzip, query ids, progress and profile events, queued inserts (async_insert is accepted and inserts at
//     once), session ids. version() says 26.7.2 while the library calls itself 26.7.3.
//   - Several statements in one text run one after the other unless the first is a query; a server refuses them. Bind values, always.
//
// # What is odd about the library
//
//   - It has signal handlers of its own, which must not replace Go's, and one that it needs, see internal/chdb.
//   - The reason why it does not start goes to standard error only; the supervisor picks it up from there.
//   - SET x = DEFAULT means the compiled-in value and not the one it was started with: max_memory_usage would become unlimited.
//   - A statement killed while it streams now and then stays in system.processes until its connection ends; such sessions are closed.
//   - It cannot be shut down once there has been a MergeTree table. The process just ends.
package engine
