#!/usr/bin/env bash
# Prints db/src/schema.rs anew from a freshly migrated database. Needs diesel_cli:
#   apt-get install libpq-dev && cargo install diesel_cli --no-default-features --features postgres
set -euo pipefail
cd "$(dirname "$0")/.."
command -v diesel >/dev/null || { sed -n '2,3s/^# //p' "$0" >&2; exit 1; }
cargo build -q -p tests --bin postgres_owner
dir=$(mktemp -d /tmp/cotmoc-schema-XXXXXX)
chmod 755 "$dir"
coproc OWNER { exec target/debug/postgres_owner "$dir"; }
trap 'kill -INT "$pid" 2>/dev/null; kill "$OWNER_PID"; sleep 1; rm -rf "$dir"' EXIT
read -r pid url <&"${OWNER[0]}"
diesel print-schema --database-url "$url" > db/src/schema.rs.new
mv db/src/schema.rs.new db/src/schema.rs
cargo fmt -p db
