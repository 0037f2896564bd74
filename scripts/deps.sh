#!/usr/bin/env bash
# Installs on Debian what the tests need and the machine lacks. Asks nothing, and
# touches no network where everything is there.
set -euo pipefail
cd "$(dirname "$0")/.."

have() { command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ]; }
russian() { locale -a 2>/dev/null | grep -qiE '^ru_RU\.utf-?8$'; }
postgres() { [ -n "${OKNO_TEST_POSTGRES:-}" ] || compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || have postgres; }

missing=()
postgres || missing+=(postgresql)
russian || [ -e /usr/share/i18n/locales/ru_RU ] || missing+=(locales)
have chromium || missing+=(chromium)
have clamd || missing+=(clamav-daemon)
have pdftotext || missing+=(poppler-utils)
have zbarimg || missing+=(zbar-tools)
have qpdf || missing+=(qpdf)
have strace || missing+=(strace)
have wrk || missing+=(wrk)
have node || missing+=(nodejs)
have npm || missing+=(npm)
have gcc || missing+=(gcc libc6-dev)
have curl || missing+=(curl)

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif have sudo && sudo -n true 2>/dev/null; then
		sudo -n "$@"
	else
		return 77
	fi
}

if [ ${#missing[@]} -gt 0 ]; then
	echo "deps: installing ${missing[*]}"
	install=(env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -y -q --no-install-recommends install "${missing[@]}")
	if ! { as_root apt-get -q update && as_root "${install[@]}"; } </dev/null; then
		echo "deps: could not install them here. As root: apt-get update && apt-get install ${missing[*]}" >&2
		exit 1
	fi
fi
if ! russian && ! as_root localedef -i ru_RU -f UTF-8 ru_RU.UTF-8; then
	echo "deps: no locale ru_RU.UTF-8; tests use C.UTF-8. As root: localedef -i ru_RU -f UTF-8 ru_RU.UTF-8" >&2
fi

# Browsers are Debian's; no package may fetch one of its own.
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 PUPPETEER_SKIP_DOWNLOAD=1
for folder in web e2e; do
	[ -f "$folder/package.json" ] || continue
	[ "$folder/node_modules/.package-lock.json" -nt "$folder/package-lock.json" ] && continue
	echo "deps: npm ci in $folder"
	(cd "$folder" && npm ci --no-audit --no-fund --loglevel=error </dev/null && touch node_modules/.package-lock.json)
done
