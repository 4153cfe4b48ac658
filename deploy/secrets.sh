#!/usr/bin/env bash
# Makes the secrets that compose.yaml gives to its containers, in secrets/ beside it. What is there already is never made anew: another
# secret.key would shut everybody out. Keep a copy of secret.key apart from backups of the database.
set -euo pipefail
cd "$(dirname "$0")"
# Nobody else gets past this directory. The files in it must be readable for the users of the containers, who have other numbers.
install -d -m 0700 secrets
cd secrets
umask 0022

make() {
  local name=$1
  shift
  [ -e "$name" ] || { "$@" >"$name.new" && mv "$name.new" "$name" && echo "made secrets/$name"; }
}

settings() {
  cat <<END
# Settings that hold a secret; see docs/SETTINGS.md.
[database]
# The two containers share a network that nobody else is in: without TLS.
url = "postgres://cotmoc:$(cat cotmoc_password)@postgres/cotmoc?sslmode=disable"
migrate_url = "postgres://cotmoc_owner:$(cat cotmoc_owner_password)@postgres/cotmoc?sslmode=disable"
END
}

make postgres_password openssl rand -hex 32
make cotmoc_password openssl rand -hex 32
make cotmoc_owner_password openssl rand -hex 32
make secret.key openssl rand -base64 32
make cotmoc.toml settings
