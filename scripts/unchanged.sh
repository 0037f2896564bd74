#!/usr/bin/env bash
# Runs a command and fails if it changed the tree: what is generated is committed.
# A tree with changes of one's own is fine; in a clean one this is
# `COMMAND && git diff --exit-code`.
set -euo pipefail

state() {
	git ls-files -co --exclude-standard -z | xargs -0 sha256sum 2>/dev/null | sort -k2 || true
}

before=$(state)
"$@"
after=$(state)
if [ "$before" != "$after" ]; then
	echo "changed by: $*" >&2
	diff <(echo "$before") <(echo "$after") | sed -n 's/^[<>] [0-9a-f]*  /  /p' | sort -u >&2
	echo "Commit what it made." >&2
	exit 1
fi
