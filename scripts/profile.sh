#!/usr/bin/env bash
# Takes cmd/baton/default.pgo anew: what Baton's process does under the bench's
# load, for which `go build` then compiles. What it is worth is in
# docs/decisions/0004-ingest-cost.md.
#   scripts/profile.sh [SPANS]
set -euo pipefail
cd "$(dirname "$0")/.."
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
for n in 1 2; do
	mkdir "$dir/$n"
	bin/baton bench --spans "${1:-3M}" --seed $n --floor=false --probes 0 --round-trip 0 --queries 3 --trim 0s --rest 0s --idle 0s --md - --dir "$dir/$n" \
		--set "extensions::pprof::save_to_file=$dir/$n.pb" --set extensions::pprof::endpoint=127.0.0.1:0 \
		--set 'service::extensions=[pprof,baton_store,baton_joiner,baton_web]'
done
go tool pprof -proto "$dir"/1.pb "$dir"/2.pb > "$dir/merged" 2> /dev/null
mv "$dir/merged" cmd/baton/default.pgo
go tool pprof -top -nodecount=10 cmd/baton/default.pgo 2> /dev/null
