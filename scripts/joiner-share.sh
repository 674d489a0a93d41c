#!/usr/bin/env bash
# What joining and judging cost: the share of all CPU (Baton's process and its
# engine) by a CPU profile of the process, while the demo's traffic comes as fast
# as it is taken.
#   scripts/joiner-share.sh [FLOWS] [FAILURES]
# Leave two minutes between runs: where a folder was just removed, ext4 makes new
# files dearly, and the engine makes many.
set -euo pipefail
cd "$(dirname "$0")/.."
flows=${1:-28000} failures=${2:-0.02}
dir=$(mktemp -d)
export BATON_DATA_DIR=$dir/data BATON_LOG_LEVEL=warn
export BATON_WEB_ENDPOINT=127.0.0.1:18080 BATON_OTLP_GRPC_ENDPOINT=127.0.0.1:14317 BATON_OTLP_HTTP_ENDPOINT=127.0.0.1:14318
bin/baton serve --set extensions::pprof::endpoint=127.0.0.1:11777 --set "extensions::pprof::save_to_file=$dir/cpu.pb" \
  --set 'service::extensions=[pprof,baton_store,baton_joiner,baton_web]' > "$dir/log" 2>&1 &
baton=$!
trap 'kill $baton 2>/dev/null; wait $baton 2>/dev/null; rm -rf "$dir"' EXIT
for _ in $(seq 100); do curl -sf http://127.0.0.1:18080/healthz > /dev/null && break; sleep 0.2; done
engine=$(pgrep -P $baton)
spent() { awk '{print $14 + $15}' "/proc/$1/stat"; } # hundredths of a second
status() { curl -s http://127.0.0.1:18080/api/v1/status | python3 -c '
import json, sys
print(next(int(f["value"]) for f in json.load(sys.stdin)["figures"] if f["name"] == sys.argv[1]))' "$1"; }
sleep 3 # what a start takes is not counted
before=$(($(spent $baton) + $(spent "$engine")))
bin/baton demo --endpoint 127.0.0.1:14317 --full-speed --flows "$flows" --seed 1 --connections 4 --failures "$failures" 2>&1 | tail -1
acknowledged=$(status ingest_acknowledged)
for _ in $(seq 600); do [ "$(status joined)" -ge "$acknowledged" ] && break; sleep 0.5; done
sleep 3 # the last verdicts
after=$(($(spent $baton) + $(spent "$engine")))
kill $baton
wait $baton || true # the profile is written at the end
trap 'rm -rf "$dir"' EXIT
go tool pprof -top -cum -nodecount=5000 bin/baton "$dir/cpu.pb" 2> /dev/null > "$dir/top"
python3 - "$dir/top" "$acknowledged" "$((after - before))" << 'END'
import sys
top, spans, spent = sys.argv[1], int(sys.argv[2]) / 1e6, int(sys.argv[3]) / 100
# The joiner's goroutine, and what it has written side by side.
names = ("joinerextension.(*joinerExtension).run", "store.(*Store).sendTogether.func1")
took = {}
for line in open(top):
    f = line.split()
    if len(f) >= 6 and f[5].endswith(names):
        took[f[5]] = float(f[3][:-2]) / 1e3 if f[3].endswith("ms") else float(f[3][:-1])
joiner = sum(took.values())
print(f"{spans:.2f} M spans, {spent / spans:.1f} CPU-s per million of all processes; joining and judging {joiner / spans:.2f}, {100 * joiner / spent:.1f} %")
END
