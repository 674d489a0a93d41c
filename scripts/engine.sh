#!/usr/bin/env bash
# Installs the library of the embedded ClickHouse engine at the path given. npm
# checks it against the hash in the lock file; no script of the package is run.
set -euo pipefail
target=$1
cd "$(dirname "$0")/.."

if [ -n "${BATON_ENGINE_LIB:-}" ]; then
	echo "engine: BATON_ENGINE_LIB names $BATON_ENGINE_LIB, nothing is installed"
	exit 0
fi
platform="$(uname -s) $(uname -m)"
if [ "$platform" != "Linux x86_64" ]; then
	if [ -n "${BATON_CLICKHOUSE_DSN:-}" ]; then
		echo "engine: BATON_CLICKHOUSE_DSN names a server, nothing is installed"
		exit 0
	fi
	echo "engine: the embedded engine is pinned for Linux x86_64 with glibc only, this is $platform." >&2
	echo "        Set BATON_CLICKHOUSE_DSN to a ClickHouse server, or BATON_ENGINE_LIB to a libchdb of your own." >&2
	exit 1
fi

# shellcheck disable=SC2086 # a command with its arguments
${NPM_CI:-npm ci} --ignore-scripts --prefix store/engine/npm
mkdir -p "$(dirname "$target")"
source=store/engine/npm/node_modules/@chdb/lib-linux-x64-gnu/libchdb.so
# A hard link saves half a gigabyte where it can be had. A new name that is renamed over the old one leaves
# a library that a running engine has open as it is.
ln -f "$source" "$target.new" 2>/dev/null || cp -f "$source" "$target.new"
mv -f "$target.new" "$target"
touch "$target"
