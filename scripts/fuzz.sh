#!/usr/bin/env bash
# Fuzzes every target of the packages, a minute each: fuzz.sh ./ownership/...
# FUZZ_TIME sets another time. What a run finds is kept in testdata/fuzz, where
# go test runs it from then on.
set -euo pipefail
cd "$(dirname "$0")/.."

for package in $("${GO:-go}" list -f '{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}' "$@"); do
	for target in $("${GO:-go}" test -list '^Fuzz' "$package" | grep '^Fuzz' || true); do
		echo "fuzz: $package $target"
		"${GO:-go}" test -run '^$' -fuzz "^$target\$" -fuzztime "${FUZZ_TIME:-60s}" -fuzzminimizetime 5s "$package"
	done
done
