# Functions that the scripts which start Baton share. Sourced, not run.

# local_address turns a listening address into one to connect to: host:port of
# the same machine, also when it listens on every interface.
local_address() {
	local host=${1%:*} port=${1##*:}
	case $host in "" | 0.0.0.0 | "[::]") host=localhost ;; esac
	echo "$host:$port"
}

# healthy asks /healthz once. Node is there because the page was built with it.
healthy() {
	node -e 'fetch(process.argv[1], { signal: AbortSignal.timeout(2000) })
		.then((r) => process.exit(r.status === 200 ? 0 : 1), () => process.exit(1))' "$1/healthz"
}

# wait_healthy URL PID: until Baton answers, which is a second or two, or has ended.
wait_healthy() {
	local tries
	for ((tries = 0; tries < 240; tries++)); do
		kill -0 "$2" 2>/dev/null || return 1
		if healthy "$1"; then
			kill -0 "$2" 2>/dev/null # or another process answered at that address
			return
		fi
		sleep 0.25
	done
	return 1
}

# stop PID: asks it to end, waits half a minute, and then does not ask any more.
stop() {
	local pid=$1 tries
	kill -TERM "$pid" 2>/dev/null || return 0
	for ((tries = 0; tries < 300; tries++)); do
		kill -0 "$pid" 2>/dev/null || return 0
		sleep 0.1
	done
	kill -KILL "$pid" 2>/dev/null || true
}
