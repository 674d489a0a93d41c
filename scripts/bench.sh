#!/usr/bin/env bash
# Measures ingest: the demo's traffic at full speed, first into the floor (the
# same binary, OTLP to the nop exporter), then into Baton with everything on.
# CPU is that of all of Baton's processes from the first byte until log, joiner
# and merges are idle; the generator runs beside it on the same cores and is not
# counted. Linux only, because it reads /proc.
#
#   scripts/bench.sh [FLOWS]     20000 flows (about 850,000 spans) unless given
set -euo pipefail
cd "$(dirname "$0")/.."
flows=${1:-20000}
baton=$PWD/bin/baton
work=$(mktemp -d)
pids=()
cleanup() {
	for p in "${pids[@]}"; do kill "$p" 2>/dev/null || true; done
	wait 2>/dev/null || true
	rm -rf "$work"
}
trap cleanup EXIT

export BATON_ENGINE_LIB=${BATON_ENGINE_LIB:-$PWD/bin/engine/libchdb.so}
export BATON_DATA_DIR=$work/data BATON_LOG_LEVEL=warn
export BATON_WEB_ENDPOINT=127.0.0.1:${BENCH_PORT:-18471}
export BATON_OTLP_GRPC_ENDPOINT=127.0.0.1:$((${BENCH_PORT:-18471} + 1))
export BATON_OTLP_HTTP_ENDPOINT=127.0.0.1:$((${BENCH_PORT:-18471} + 2))
export BATON_OWNERSHIP=$work/ownership.yaml
"$baton" demo --write-ownership "$BATON_OWNERSHIP" 2>/dev/null

ticks() { # CPU of the processes, in hundredths of a second
	local sum=0 t
	for p in "$@"; do
		t=$(awk '{print $14+$15}' "/proc/$p/stat" 2>/dev/null || echo 0)
		sum=$((sum + t))
	done
	echo "$sum"
}
peak() { awk '/VmHWM/ {printf "%d", $2/1024}' "/proc/$1/status"; }
load() { "$baton" demo --endpoint "$BATON_OTLP_GRPC_ENDPOINT" --full-speed --flows "$flows" --seed 1 --connections 4 "$@" 2>"$work/demo.log"; }
spans() { tail -n 1 "$work/demo.log" | grep -oE '[0-9]+ spans' | cut -d' ' -f1; }
per_million() { awk -v c="$1" -v n="$2" 'BEGIN {printf "%.1f", c/100/n*1e6}'; }

cat >"$work/nop.yaml" <<END
receivers: {otlp: {protocols: {grpc: {endpoint: $BATON_OTLP_GRPC_ENDPOINT, max_recv_msg_size_mib: 16}}}}
exporters: {nop: {}}
service:
  pipelines: {traces: {receivers: [otlp], exporters: [nop]}}
  telemetry: {metrics: {level: none}, logs: {level: warn}}
END
"$baton" serve --config "$work/nop.yaml" &
floor=$!
pids+=("$floor")
until (exec 3<>"/dev/tcp/127.0.0.1/${BATON_OTLP_GRPC_ENDPOINT##*:}") 2>/dev/null; do sleep 0.1; done
before=$(ticks "$floor")
begun=$(date +%s%N)
load
took=$(($(date +%s%N) - begun))
floor_cpu=$(per_million $(($(ticks "$floor") - before)) "$(spans)")
floor_rate=$(awk -v n="$(spans)" -v t="$took" 'BEGIN {printf "%d", n/t*1e9}')
floor_peak=$(peak "$floor")
kill "$floor" && wait "$floor" || true

"$baton" serve &
serve=$!
pids+=("$serve")
until curl -sf "http://$BATON_WEB_ENDPOINT/healthz" >/dev/null; do
	kill -0 "$serve" || { echo "bench: Baton did not start" >&2; exit 1; }
	sleep 0.2
done
engine=$(pgrep -P "$serve")
sleep 2 # what a start costs is not what a span costs
before_serve=$(ticks "$serve")
before_engine=$(ticks "$engine")
begun=$(date +%s%N)
load
took=$(($(date +%s%N) - begun))
n=$(spans)
last=-100 quiet=0
until [ "$quiet" -ge 3 ]; do # three seconds in a row with less than 3 % of a core
	sleep 1
	now=$(ticks "$serve" "$engine")
	if [ $((now - last)) -lt 3 ]; then quiet=$((quiet + 1)); else quiet=0; fi
	last=$now
done
serve_cpu=$(per_million $(($(ticks "$serve") - before_serve)) "$n")
engine_cpu=$(per_million $(($(ticks "$engine") - before_engine)) "$n")
all_cpu=$(per_million $(($(ticks "$serve" "$engine") - before_serve - before_engine)) "$n")
joined=$(curl -s "http://$BATON_WEB_ENDPOINT/api/v1/status" | grep -oE '"joined","unit":"spans","value":[0-9.e+]+' | grep -oE '[0-9.e+]+$')

echo "date: $(date -u +%F), $(nproc) cores, load average $(cut -d' ' -f1 /proc/loadavg), $n spans of $flows flows, joined $joined"
echo
echo "| | spans/s | CPU-s per M spans | peak RSS MB |"
echo "|---|---|---|---|"
echo "| floor: OTLP gRPC -> nop | $floor_rate | $floor_cpu | $floor_peak |"
echo "| Baton, joined, judged and owned | $(awk -v n="$n" -v t="$took" 'BEGIN {printf "%d", n/t*1e9}') | $all_cpu (process $serve_cpu, engine $engine_cpu) | $(peak "$serve") + $(peak "$engine") |"
echo
echo "ratio to the floor: $(awk -v a="$all_cpu" -v b="$floor_cpu" 'BEGIN {printf "%.1f", a/b}'); data folder $(du -sm "$work/data" | cut -f1) MB, of which the log $(du -sm "$work/data/log" | cut -f1) MB"
