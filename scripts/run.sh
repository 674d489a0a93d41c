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

# Jobs get process groups of their own: a Ctrl-C reaches this script alone, which ends them in order.
set -m
baton_pid="" demo_pid="" stopping=""
shutdown() {
	trap '' INT TERM HUP
	stopping=1
	[ -z "$demo_pid" ] || stop "$demo_pid"
	[ -z "$baton_pid" ] || stop "$baton_pid"
}
trap 'shutdown; exit 0' INT TERM HUP
trap shutdown EXIT

bin/baton serve </dev/null &
baton_pid=$!
if ! wait_healthy "http://$web" "$baton_pid"; then
	echo "run: Baton did not start; its last lines above say why" >&2
	exit 1
fi
if [ "$demo" != 0 ]; then
	# shellcheck disable=SC2086 # several flags
	bin/baton demo --endpoint "$otlp" ${DEMO_FLAGS:-} </dev/null &
	demo_pid=$!
fi
cat <<END

  Baton is at http://$web
$([ "$demo" = 0 ] || echo "  The demo sends to $otlp; its first failed flows are on the page within a minute.")
  Ctrl-C stops everything.

END
status=0
wait "$baton_pid" || status=$?
baton_pid=""
[ -n "$stopping" ] || echo "run: Baton has ended with status $status" >&2
exit "$status"
