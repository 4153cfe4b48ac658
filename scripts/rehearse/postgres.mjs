// Clusters of PostgreSQL for the rehearsals that restore, fail over and read from replicas: several of them, with two roles, made
// the way the operator's guide says. They are killed like a machine that loses its power: all processes at once.
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { find, freePort, run, start, until } from './lib.mjs';

/** Root may not run PostgreSQL: then it is user `postgres`, as everywhere. */
export const USER = process.getuid() === 0 ? { uid: id('-u'), gid: id('-g') } : {};

function id(flag) {
  return Number(run('id', [flag, 'postgres']));
}

/** Runs a program as whoever runs PostgreSQL. */
export function asPostgres(command, args, options = {}) {
  return run(find(command), args, { ...USER, cwd: '/', stdio: ['ignore', 'pipe', 'pipe'], ...options });
}

/** A directory for whoever runs PostgreSQL. */
export function folder(path) {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  if (USER.uid !== undefined) run('chown', ['postgres:', path]);
  return path;
}

/** Writes a file for whoever runs PostgreSQL, who alone reads it. */
export function file(path, text) {
  writeFileSync(path, text, { mode: 0o600 });
  if (USER.uid !== undefined) run('chown', ['postgres:', path]);
  return path;
}

/** A file beside the rehearsals, with the values of this run for its `${names}`. */
export function template(name, values) {
  const text = readFileSync(join(import.meta.dirname, name), 'utf8');
  return text.replace(/\$\{(\w+)\}/g, (_, word) => {
    if (!(word in values)) throw new Error(`${name}: nobody says what ${word} is`);
    return values[word];
  });
}

const secretOf = () => randomBytes(18).toString('base64url');

/** Passwords of one rehearsal: the same on all its clusters, for one is made from another. */
export const PASSWORDS = { cotmoc: secretOf(), cotmoc_owner: secretOf(), replicator: secretOf(), postgres: secretOf() };

/** The processes whose parent is this one. */
function children(pid) {
  return readdirSync('/proc').filter(name => /^\d+$/.test(name)).map(Number).filter(child => {
    try {
      return Number(readFileSync(`/proc/${child}/stat`, 'utf8').split(') ')[1].split(' ')[1]) === pid;
    } catch {
      return false;
    }
  });
}

/** SIGKILL for each of them; who is gone already is gone. */
export function killNow(...pids) {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // gone
    }
  }
}

/** SIGKILL for a server of PostgreSQL and all its processes, the first one first, so that it starts no others. */
export function killServer(pid, ...others) {
  killNow(...others, pid, ...children(pid));
}

/** The number of the server that runs on a data directory, if one does. */
export function serverOf(data) {
  try {
    const pid = Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]);
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(data) ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** Whatever still runs on something below a directory, such as a server that another program has started. */
export function killBelow(dir) {
  for (const name of readdirSync('/proc').filter(name => /^\d+$/.test(name))) {
    try {
      if (Number(name) !== process.pid && readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(`${dir}/`)) killNow(Number(name));
    } catch {
      // gone
    }
  }
}

/** One cluster: its directory, its port, its server. */
export class Cluster {
  /** `settings` are those of PostgreSQL, given on its command line. */
  constructor(name, { dir, port, settings = {} }) {
    const home = folder(join(dir, name));
    Object.assign(this, { name, home, data: join(home, 'data'), port, settings, log: join(dir, `${name}.log`) });
  }

  /** A place for a cluster that something else fills: a restore, Patroni. */
  static async place(name, options) {
    return new Cluster(name, { port: await freePort(), ...options });
  }

  /** Makes it, without a database yet, and starts it. */
  async init() {
    const password = file(join(this.home, 'password'), PASSWORDS.postgres);
    const args = ['-U', 'postgres', '-E', 'UTF8', '--locale=C.UTF-8', '--auth-local=trust', '--auth-host=scram-sha-256'];
    asPostgres('initdb', ['-D', this.data, ...args, `--pwfile=${password}`, '--no-sync']);
    return this.start();
  }

  /** A streaming replica of another cluster, made by `pg_basebackup`; started. */
  static async replicaOf(primary, name, options) {
    const cluster = await Cluster.place(name, options);
    const from = ['-h', '127.0.0.1', '-p', String(primary.port), '-U', 'replicator'];
    const args = ['-D', cluster.data, ...from, '-R', '-X', 'stream', '-c', 'fast', '-C', '-S', name, '--no-sync'];
    asPostgres('pg_basebackup', args, { env: { PGPASSWORD: PASSWORDS.replicator } });
    cluster.settings = { ...cluster.settings, cluster_name: name };
    return cluster.start();
  }

  /** Starts its server, and waits until it takes connections. */
  async start(seconds = 120) {
    const fixed = { port: this.port, listen_addresses: '127.0.0.1', unix_socket_directories: this.home, lc_messages: 'C' };
    const args = Object.entries({ ...fixed, ...this.settings }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    this.child = start(find('postgres'), ['-D', this.data, ...args], { ...USER, cwd: '/', log: this.log, last: 'SIGQUIT' });
    let ended;
    this.child.ended.then(code => (ended = code));
    await until(`${this.name} answers`, () => {
      if (ended !== undefined) throw new Error(`${this.name} ended (${ended}):\n${readFileSync(this.log, 'utf8').slice(-1500)}`);
      return this.answers();
    }, seconds);
    return this;
  }

  answers() {
    try {
      return this.sql('SELECT 1', 'postgres').length === 1;
    } catch {
      return false;
    }
  }

  /** Stops it in order. */
  async stop() {
    this.child.kill('SIGINT');
    await this.child.ended;
  }

  /** SIGKILL, for all its processes. */
  async kill() {
    killServer(this.child.pid);
    await this.child.ended;
  }

  /** Asks as its superuser, through its socket, and answers rows of texts. */
  sql(text, database = 'cotmoc') {
    const args = ['-h', this.home, '-p', String(this.port), '-U', 'postgres', '-d', database, '-XAtqv', 'ON_ERROR_STOP=1', '-F', '\t', '-f', '-'];
    const said = run(find('psql'), args, { input: text, stdio: ['pipe', 'pipe', 'pipe'], timeout: 60_000 });
    return said.split('\n').filter(Boolean).map(line => line.split('\t'));
  }

  /** The first column of the first row. */
  one(text, database) {
    return this.sql(text, database)[0]?.[0];
  }

  /** The address for a login. */
  url(login) {
    return `postgres://${login}:${PASSWORDS[login]}@127.0.0.1:${this.port}/cotmoc`;
  }

  /** The addresses that a node is given: what it serves with, and what it migrates with. */
  get addresses() {
    return { DATABASE_URL: this.url('cotmoc'), MIGRATE_DATABASE_URL: this.url('cotmoc_owner') };
  }
}

/** The two roles of the operator's guide, one for replicas, and the database. `sql` is that of whoever is the primary. */
export function makeDatabase(sql) {
  sql('CREATE ROLE cotmoc_server NOLOGIN', 'postgres');
  sql(`CREATE ROLE cotmoc_owner LOGIN PASSWORD '${PASSWORDS.cotmoc_owner}'`, 'postgres');
  sql(`CREATE ROLE cotmoc LOGIN PASSWORD '${PASSWORDS.cotmoc}' IN ROLE cotmoc_server`, 'postgres');
  sql(`DO $$ BEGIN CREATE ROLE replicator LOGIN REPLICATION PASSWORD '${PASSWORDS.replicator}';
    EXCEPTION WHEN duplicate_object THEN NULL; END $$`, 'postgres');
  sql("CREATE DATABASE cotmoc OWNER cotmoc_owner ENCODING 'UTF8' TEMPLATE template0", 'postgres');
}

/** What each table of the database holds: rows and a hash of their contents, by its name with its schema. */
export function contents(cluster, tables, before = '') {
  const asked = tables.map(({ name, from = name }) =>
    `SELECT '${name}', count(*), md5(coalesce(string_agg(hash, '' ORDER BY hash), '')) FROM (SELECT md5(held::text) AS hash FROM ${from} AS held) AS hashed;`);
  const rows = cluster.sql(`BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; ${before}\n${asked.join('\n')}\nROLLBACK;`);
  return new Map(rows.filter(row => row.length === 3).map(([name, count, hash]) => [name, `${count} ${hash}`]));
}

/** The names of all tables of some schemas. */
export function tablesOf(cluster, ...schemas) {
  const list = schemas.map(schema => `'${schema}'`).join(', ');
  return cluster.sql(`SELECT relnamespace::regnamespace::text || '.' || quote_ident(relname) FROM pg_class
    WHERE relnamespace::regnamespace::text IN (${list}) AND relkind = 'r' ORDER BY 1`).map(([name]) => name);
}

/** Numbers by chance that are the same for the same seed. */
export function chance(seed) {
  let state = createHash('sha256').update(String(seed)).digest().readUInt32LE();
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
