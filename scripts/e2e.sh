#!/usr/bin/env bash
# The end-to-end test: bin/baton (or BATON_BIN) with an empty data folder and the demo beside it,
# on free loopback ports, and the browser specs of web/ui/e2e against them. What the
# specs photograph becomes the README's screenshot with SCREENSHOT=1.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/lib.sh
. scripts/lib.sh

baton=${BATON_BIN:-bin/baton}
export BATON_ENGINE_LIB=${BATON_ENGINE_LIB:-$PWD/bin/engine/libchdb.so}
work=$(mktemp -d "${TMPDIR:-/tmp}/baton-e2e.XXXXXX")
baton_pid="" demo_pid=""
finish() {
	local status=$?
	trap '' INT TERM
	[ -z "$demo_pid" ] || stop "$demo_pid"
	[ -z "$baton_pid" ] || stop "$baton_pid"
	if [ "$status" != 0 ]; then
		echo "e2e: failed with status $status" >&2
		# What failed comes last, where a reader of a long log looks first.
		for log in demo:3 baton:30 specs:120; do
			[ ! -f "$work/${log%:*}.log" ] || { echo "--- the last lines of ${log%:*}" >&2; tail -n "${log#*:}" "$work/${log%:*}.log" >&2; }
		done
	fi
	rm -rf "$work"
	exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# All three are held at once, so that they differ, and let go just before they are used.
read -r web grpc http < <(node -e '
	const servers = [0, 0, 0].map(() => require("net").createServer());
	Promise.all(servers.map((s) => new Promise((ok) => s.listen(0, "127.0.0.1", () => ok(s.address().port)))))
		.then((ports) => { console.log(ports.join(" ")); servers.forEach((s) => s.close()); });')

"$baton" demo --write-ownership "$work/ownership.yaml"
set -m # groups of their own: a Ctrl-C is this script's to handle
BATON_DATA_DIR=$work/data BATON_OWNERSHIP=$work/ownership.yaml BATON_CLICKHOUSE_DSN='' BATON_WEB_TOKEN='' \
	BATON_WEB_ENDPOINT=127.0.0.1:$web BATON_OTLP_GRPC_ENDPOINT=127.0.0.1:$grpc BATON_OTLP_HTTP_ENDPOINT=127.0.0.1:$http \
	"$baton" serve </dev/null >"$work/baton.log" 2>&1 &
baton_pid=$!
wait_healthy "http://127.0.0.1:$web" "$baton_pid" || { echo "e2e: Baton did not become healthy" >&2; exit 1; }
# Two minutes of history hold some twenty failed flows, so that the specs need not wait for one to happen.
"$baton" demo --endpoint "127.0.0.1:$grpc" --seed 1 </dev/null >"$work/demo.log" 2>&1 &
demo_pid=$!
set +m

BATON_URL=http://127.0.0.1:$web BATON_SCREENSHOTS=$work CHROMIUM=${CHROMIUM:-/usr/bin/chromium} \
	npm run --silent --prefix web/ui e2e 2>&1 | tee "$work/specs.log"
kill -0 "$demo_pid" || { echo "e2e: the demo ended while the specs ran" >&2; exit 1; }
kill -0 "$baton_pid" || { echo "e2e: Baton ended while the specs ran" >&2; exit 1; }
if [ -n "${SCREENSHOT:-}" ] && [ -f "$work/screenshot.png" ]; then
	cp "$work/screenshot.png" docs/screenshot.png
fi
