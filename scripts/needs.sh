#!/usr/bin/env bash
# Makes sure that a tool the tests need is there: installs it where that is ours
# to do (root on a Debian-like system), and says what to install everywhere else.
set -euo pipefail

install_or_tell() { # what it is for, Debian packages...
	local what=$1
	shift
	if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
		echo "needs: installing $* for $what"
		export DEBIAN_FRONTEND=noninteractive
		{ apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@"; } >/dev/null
	else
		echo "needs: $what: install $* (or your system's name for it) and try again" >&2
		exit 1
	fi
}

case $1 in
cc)
	# The race detector is linked by the system's C compiler.
	command -v "${CC:-gcc}" >/dev/null || install_or_tell "go test -race" gcc libc6-dev
	;;
chromium)
	if [ -z "${CHROMIUM:-}" ]; then
		[ -x /usr/bin/chromium ] || install_or_tell "the browser test" chromium fonts-dejavu-core
	elif [ ! -x "$CHROMIUM" ]; then
		echo "needs: CHROMIUM names $CHROMIUM, which is not there" >&2
		exit 1
	fi
	;;
*)
	echo "needs: what is \"$1\"?" >&2
	exit 2
	;;
esac
