#!/usr/bin/env bash
# Installs what is missing to build and run (`install.sh run`) or also to test (`install.sh test`), and nothing else.
# Silent where nothing is missing; safe to run again. For Debian and Ubuntu; elsewhere it names what is needed.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$HOME/.cargo/bin:$PATH"

say() { echo "install: $*" >&2; }
has() { command -v "$1" >/dev/null 2>&1; }
# The newest of the servers that are installed; the oldest that will do is 15 (db/src/vitals.rs).
server() {
  local initdb
  for initdb in /usr/lib/postgresql/*/bin/initdb /usr/pgsql-*/bin/initdb "$(command -v initdb || true)"; do
    if [ -x "$initdb" ]; then "$initdb" --version; fi
  done | sed -n 's/.*(PostgreSQL) \([0-9]*\).*/\1/p' | sort -n | tail -n 1
}
has_server() { [ "$(server || echo 0)" -ge 15 ] 2>/dev/null; }

packages=()
has cc || packages+=(build-essential)
has curl || packages+=(curl)
[ -e /etc/ssl/certs/ca-certificates.crt ] || packages+=(ca-certificates)
has_server || packages+=(postgresql)
if [ "${1:-run}" = test ]; then
  # The public audit of GraphQL over HTTP is an npm package.
  has node || packages+=(nodejs)
  has npm || packages+=(npm)
  # The readers of open data, and the storage that tests put files into, are packages of Python.
  python3 -c "import venv, ensurepip" 2>/dev/null || packages+=(python3-venv)
  # People open the files with LibreOffice.
  has soffice || packages+=(libreoffice-calc-nogui libreoffice-writer-nogui)
  # A real browser uses the app and looks at the explorer. Ubuntu's package is a snap, which not every machine can run: there the tests are left out.
  if ! has chromium && ! has google-chrome && grep -q '^ID=debian' /etc/os-release 2>/dev/null; then
    packages+=(chromium)
  fi
fi

root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  else
    sudo "$@"
  fi
}

apt_install() {
  root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >&2
}

if [ ${#packages[@]} -gt 0 ]; then
  if ! has apt-get || { [ "$(id -u)" != 0 ] && ! has sudo; }; then
    say "needed, but cannot be installed from here: ${packages[*]} (names as in Debian). Install them and try again."
    exit 1
  fi
  say "installing ${packages[*]} by apt-get"
  root apt-get update -q >&2
  if [[ " ${packages[*]} " == *" postgresql "* ]]; then
    offered=$(apt-cache policy postgresql | sed -n 's/ *Candidate: \([0-9]*\).*/\1/p')
    if [ "${offered:-0}" -lt 15 ]; then
      say "PostgreSQL 15 or newer is needed; this system offers ${offered:-none}. Install one from the PostgreSQL project's own packages and try again."
      exit 1
    fi
    # We start a server of our own; Debian's, which would start at once and at every boot, is not wanted for it.
    say "without Debian's default cluster (create_main_cluster = false in /etc/postgresql-common/createcluster.conf)"
    apt_install postgresql-common
    root sed -i 's/^#\?create_main_cluster *=.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
  fi
  apt_install "${packages[@]}"
fi

wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
found=$(rustc --version 2>/dev/null | cut -d ' ' -f 2 || true)
older() { [ "$(printf '%s\n' "$1" "$2" | sort -V | head -n 1)" != "$2" ]; }
if ! has cargo || [ -z "$found" ] || older "$found" "$wanted"; then
  say "installing Rust by rustup into $HOME/.cargo (needed: $wanted or newer; found: ${found:-none})"
  if has rustup; then
    rustup toolchain install stable --profile minimal -c rustfmt -c clippy >&2
    rustup default stable >&2
  else
    curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y --profile minimal -c rustfmt -c clippy >&2
  fi
fi
