package engine

import (
	"fmt"
	"os"
	"path/filepath"
)

// fileSettings are those that can be given in a file only: what every table has that does not say otherwise, and a few of the server.
const fileSettings = `<clickhouse>
    <!-- How often the resident size is read; 50 ms by itself, which was a third of what an idle engine does. -->
    <memory_worker_period_ms>500</memory_worker_period_ms>
    <merge_tree>
        <!-- With it a merge of fifty small parts and a large one leaves out the small ones but for one, and the large one is rewritten for each. -->
        <merge_selector_enable_heuristic_to_remove_small_parts_at_right>0</merge_selector_enable_heuristic_to_remove_small_parts_at_right>
        <!-- How many values each column has is worked out with every merge, a tenth of its CPU, and no question here asks for it. -->
        <auto_statistics_types></auto_statistics_types>
        <materialize_statistics_on_merge>0</materialize_statistics_on_merge>
        <!-- A merge holds buffers of a megabyte for each column it writes, and of few rows it writes all columns at once: 228 MB for sixty
             small parts of flows. One column after the other, with buffers that begin small, fifty take 12 MB, and two thirds of the time. -->
        <vertical_merge_algorithm_min_rows_to_activate>1</vertical_merge_algorithm_min_rows_to_activate>
        <min_columns_to_activate_adaptive_write_buffer>1</min_columns_to_activate_adaptive_write_buffer>
    </merge_tree>
</clickhouse>
`

// writeSettings puts them into the data folder.
func writeSettings(dir string) error {
	return os.WriteFile(settingsFile(dir), []byte(fileSettings), 0o600)
}

func settingsFile(dir string) string { return filepath.Join(dir, "engine.xml") }

// engineArgs are the engine's settings, as clickhouse-local takes them. Server settings and settings of statements are given alike; all
// of these were seen to take effect in system.server_settings and system.settings of the pinned library.
func engineArgs(dir string, maxMemory int64) []string {
	return []string{
		"--path=" + dir,
		"--config-file=" + settingsFile(dir),
		// The default is 90 % of the machine's memory.
		fmt.Sprintf("--max_server_memory_usage=%d", maxMemory),
		// One statement may have half of it, so that a wild query fails before it makes inserts fail.
		fmt.Sprintf("--max_memory_usage=%d", maxMemory/2),
		// Caches: their defaults are gigabytes. Marks of the hot parts are a few MB; data is cached by the system.
		"--mark_cache_size=33554432",
		"--index_mark_cache_size=4194304",
		"--primary_index_cache_size=33554432",
		"--uncompressed_cache_size=0",
		"--index_uncompressed_cache_size=0",
		"--query_condition_cache_size=4194304",
		"--compiled_expression_cache_size=8388608",
		// Merges: one thread falls behind the inserts, more than two take the cores that inserts and queries need.
		"--background_pool_size=2",
		// Threads that wait for work keep memory, by default as many as a thousand. Right after questions this is 60 MB less.
		"--max_thread_pool_free_size=48",
		// By its default of a gigabyte all that is asked runs in one thread: that is all the memory the engine may take.
		"--max_threads_min_free_memory_per_thread=0",
		// As a ClickHouse server has it, where the library differs: "1+1" is no query, and inserts are not queued (the library accepts
		// the queue's settings but has none).
		"--implicit_select=0",
		"--async_insert=0",
		// Its own default, enable, would make insert_deduplicate = 0 do nothing.
		"--deduplicate_insert=backward_compatible_choice",
	}
}
