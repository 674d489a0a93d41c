#!/usr/bin/env bash
# Starts bin/baton and, unless DEMO=0, the demo beside it. Ctrl-C stops the demo
# first, so that what it still has to say is heard, and then Baton. Baton's
# settings are the BATON_* variables of the environment; DEMO_FLAGS are the demo's.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/lib.sh
. scripts/lib.sh

web=$(local_address "${BATON_WEB_ENDPOINT:-localhost:8080}")
otlp=$(local_address "${BATON_OTLP_GRPC_ENDPOINT:-localhost:4317}")
demo=${DEMO:-1}
if [ "$demo" != 0 ] && [ -z "${BATON_OWNERSHIP:-}" ]; then
	mkdir -p .cache
	bin/baton demo --write-ownership .cache/demo-ownership.yaml
	export BATON_OWNERSHIP=$PWD/.cache/demo-ownership.yaml
fi

mkdir -p .cache
# The address below should stay in sight: Baton says what needs attention, the demo's counts go to a file.
export BATON_LOG_LEVEL=${BATON_LOG_LEVEL:-warn}
demo_log=.cache/demo.log

baton_pid="" demo_pid=""
shutdown() {
	trap '' INT TERM HUP
	[ -z "$demo_pid" ] || stop "$demo_pid"
	[ -z "$baton_pid" ] || stop "$baton_pid"
}
trap shutdown EXIT
trap 'exit 0' INT TERM HUP

# In process groups of their own: a Ctrl-C reaches this script alone, which ends them in order.
set -m
bin/baton serve </dev/null &
baton_pid=$!
set +m
if ! wait_healthy "http://$web" "$baton_pid"; then
	echo "run: Baton did not start; its last lines above say why" >&2
	exit 1
fi
cat <<END

  Baton is at http://$web
  Ctrl-C stops it.
END
if [ "$demo" != 0 ]; then
	set -m
	# shellcheck disable=SC2086 # several flags
	bin/baton demo --endpoint "$otlp" ${DEMO_FLAGS:-} </dev/null >"$demo_log" 2>&1 &
	demo_pid=$!
	set +m
	echo "  The demo sends to $otlp and writes to $demo_log; failed flows are on the page within a minute."
fi
echo

while kill -0 "$baton_pid" 2>/dev/null; do
	if [ -n "$demo_pid" ] && ! kill -0 "$demo_pid" 2>/dev/null; then
		echo "run: the demo has ended: $(tail -n 1 "$demo_log")" >&2
		demo_pid=""
	fi
	sleep 1
done
status=0
wait "$baton_pid" || status=$?
baton_pid=""
echo "run: Baton has ended with status $status" >&2
exit "$status"
