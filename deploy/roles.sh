#!/bin/bash
# Run by the image of PostgreSQL once, when its volume is new: the database, its owner, who migrates, and the login of the server, which
# can do no more than the role cotmoc_server (docs/OPERATING.md, "Two roles").
set -euo pipefail
psql -v ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres <<'END'
\set owner `cat /run/secrets/cotmoc_owner_password`
\set server `cat /run/secrets/cotmoc_password`
CREATE ROLE cotmoc_server NOLOGIN;
CREATE ROLE cotmoc_owner LOGIN PASSWORD :'owner';
CREATE ROLE cotmoc LOGIN PASSWORD :'server' IN ROLE cotmoc_server;
CREATE DATABASE cotmoc OWNER cotmoc_owner ENCODING 'UTF8' TEMPLATE template0;
END
