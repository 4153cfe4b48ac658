// What the rehearsals share: a scratch directory, processes that end with the rehearsal, a PostgreSQL, nodes of cotmoc, a proxy,
// clients that keep their connections, and the table of what was measured.
//
// A rehearsal is one call of `rehearse`. Nothing is installed here: what is missing is named, with the way to install it.
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { chmodSync, createWriteStream, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** The working copy that these scripts belong to. */
export const ROOT = resolve(import.meta.dirname, '../..');

/** What the demo's accounts sign in with: no secret. */
export const PASSWORD = 'song-Trà-núi-Ấn-57';

export const sleep = ms => new Promise(done => setTimeout(done, ms));

/** One line of what is going on, with the seconds since the start. */
export function say(text) {
  console.log(`${(performance.now() / 1000).toFixed(1).padStart(7)} s  ${text}`);
}

// ---------------------------------------------------------------------------------------------------------------- a rehearsal

const processes = new Set();
let scratch;

/**
 * Runs a rehearsal and ends the process: 0 if every bar was met, 1 if one was missed or something broke, 2 if something is missing.
 *
 * `about` is what `--help` says first, `options` are those of `parseArgs`, each with `what` it is; `needs` names programs and the
 * Debian packages that bring them. `work` is given `{ options, dir, table }`.
 */
export async function rehearse({ name, about, options = {}, needs = {} }, work) {
  const given = read(name, about, options);
  const missing = Object.entries(needs).filter(([program]) => !find(program)).map(([, debian]) => debian);
  if (missing.length > 0) {
    console.error(`Missing: apt-get install ${[...new Set(missing)].join(' ')}`);
    process.exit(2);
  }
  scratch = mkdtempSync(join(tmpdir(), `cotmoc-${name}-`));
  // Whoever runs PostgreSQL must be able to pass.
  chmodSync(scratch, 0o755);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, async () => {
      await tidy();
      process.exit(130);
    });
  }
  const table = new Table();
  try {
    await work({ options: given, dir: scratch, table });
  } catch (error) {
    table.broke(error);
  }
  await tidy();
  table.print();
  process.exit(table.isMet ? 0 : 1);
}

function read(name, about, options) {
  const help = { type: 'boolean', what: 'this text' };
  const all = { ...options, help };
  let values;
  try {
    ({ values } = parseArgs({ options: all }));
  } catch (error) {
    console.error(`${error.message}\n`);
    values = { help: true, wrong: true };
  }
  if (values.help) {
    const lines = Object.entries(all).map(([option, { type, default: value, what }]) => {
      const shown = type === 'string' ? `--${option} X` : `--${option}`;
      return `  ${shown.padEnd(22)}${what}${value === undefined ? '' : ` (${value})`}`;
    });
    console.log(`${about.trim()}\n\nUsage: make rehearse ARGS="${name} …"\n\n${lines.join('\n')}`);
    process.exit(values.wrong ? 2 : 0);
  }
  return values;
}

/** Where a program is, if anywhere: on the path, or among those of PostgreSQL, the newest first. */
export function find(program) {
  const postgres = '/usr/lib/postgresql';
  const versions = existsSync(postgres) ? readdirSync(postgres).sort((one, other) => Number(other) - Number(one)) : [];
  const folders = [...versions.map(version => join(postgres, version, 'bin')), ...(process.env.PATH ?? '').split(':'), '/usr/sbin'];
  return folders.map(folder => join(folder, program)).find(path => existsSync(path));
}

/** Ends what was started, the newest first, and takes the scratch directory away. */
async function tidy() {
  for (const child of [...processes].reverse()) {
    child.kill(child.last ?? 'SIGKILL');
    await Promise.race([child.ended, sleep(10_000)]);
  }
  if (scratch && !process.env.KEEP_SCRATCH) rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
}
process.on('exit', () => processes.forEach(child => child.kill('SIGKILL')));

/** What was measured: printed at the end, each line with its bar and whether it was met. */
export class Table {
  #rows = [];

  /** `bar` says in words what is wanted; `met` is left out where nothing is. */
  add(what, measured, bar = '', met = undefined) {
    this.#rows.push([what, String(measured), bar, met === undefined ? '' : met ? 'met' : 'MISSED']);
  }

  broke(error) {
    console.error(error);
    this.add('the rehearsal itself', error.message.split('\n')[0].slice(0, 80), 'runs to its end', false);
  }

  get isMet() {
    return this.#rows.every(row => row[3] !== 'MISSED');
  }

  print() {
    const rows = [['', 'measured', 'bar', ''], ...this.#rows];
    const widths = [0, 1, 2, 3].map(column => Math.max(...rows.map(row => row[column].length)));
    const line = row => row.map((cell, column) => cell.padEnd(widths[column])).join('  ').trimEnd();
    console.log(`\n${line(rows[0])}\n${widths.map(width => '-'.repeat(width)).join('  ')}`);
    for (const row of rows.slice(1)) console.log(line(row));
    console.log(`\n${this.isMet ? 'All bars were met.' : 'A bar was MISSED.'}`);
  }
}

// ------------------------------------------------------------------------------------------------------------------ processes

/** Starts a program that ends with the rehearsal; what it says goes to `log`. */
export function start(command, args, { env = {}, log, last, ...more } = {}) {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'], ...more });
  if (log && child.stdout) {
    const file = createWriteStream(log, { flags: 'a' });
    child.stdout.pipe(file, { end: false });
    child.stderr.pipe(file, { end: false });
  }
  child.last = last;
  child.ended = new Promise(done => {
    child.on('error', error => done(String(error)));
    child.on('exit', (code, signal) => done(signal ?? code));
  });
  processes.add(child);
  child.ended.then(() => processes.delete(child));
  return child;
}

/** Runs a program to its end and answers what it said; fails if it did. */
export function run(command, args, options = {}) {
  const { env, ...more } = options;
  const usual = { encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['pipe', 'pipe', 'pipe'] };
  return execFileSync(command, args, { ...usual, env: { ...process.env, ...env }, ...more });
}

/** Asks again and again until the answer is there. */
export async function until(what, ask, seconds = 60, pause = 50) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`after ${seconds} seconds still not: ${what}`);
    await sleep(pause);
  }
}

export function freePort() {
  return new Promise((done, failed) => {
    const server = net.createServer();
    server.on('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

/** The program that is rehearsed: what COTMOC names, else the optimised build, else the other one. */
export function program() {
  const built = ['release', 'debug'].map(profile => join(ROOT, 'target', profile, 'cotmoc'));
  const found = [process.env.COTMOC, ...built].filter(Boolean).find(path => existsSync(path));
  if (found) return found;
  console.error('Missing: the program. Build it: make release');
  process.exit(2);
}

/** What a program says of itself, and how it was built as far as its place tells. */
export function version(path) {
  return `${run(path, ['--version']).trim()}, ${path.includes('/release/') ? 'release' : path.includes('/debug/') ? 'debug' : path}`;
}

/** Memory of a process in bytes: resident; its fair part of what it shares; of that, what is no file's, such as its program's. */
export function memory(pid) {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const of = name => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)[1]) * 1024;
  return { rss: of('Rss'), pss: of('Pss'), anonymous: of('Pss_Anon') };
}

export const openFiles = pid => readdirSync(`/proc/${pid}/fd`).length;
export const threads = pid => readdirSync(`/proc/${pid}/task`).length;

/** The middle one of numbers, or any other quantile. */
export function quantile(numbers, part = 0.5) {
  const sorted = [...numbers].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
}

// ----------------------------------------------------------------------------------------------------------------- PostgreSQL

/**
 * A PostgreSQL of its own, made by the installed programs, as user `postgres` if root started us. `sql` asks it as its superuser
 * and answers rows of texts; `url` is what nodes are given: a login that owns the database.
 */
export async function postgres(dir, settings = {}) {
  const port = await freePort();
  const data = join(dir, 'pg');
  const user = process.getuid() === 0 ? { uid: Number(run('id', ['-u', 'postgres'])), gid: Number(run('id', ['-g', 'postgres'])) } : {};
  mkdirSync(data);
  if (user.uid !== undefined) run('chown', ['postgres:', data]);
  run(find('initdb'), ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'], { ...user, cwd: '/' });
  const all = { port, listen_addresses: '127.0.0.1', unix_socket_directories: '', max_connections: 100, ...settings };
  const args = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = start(find('postgres'), ['-D', data, ...args], { ...user, cwd: '/', log: join(dir, 'postgres.log'), last: 'SIGQUIT' });
  const psql = (database, text) =>
    run(find('psql'), ['-h', '127.0.0.1', '-p', String(port), '-U', 'postgres', '-d', database, '-XAtqv', 'ON_ERROR_STOP=1', '-F', '\t', '-f', '-'], { input: text });
  await until('PostgreSQL answers', () => {
    try {
      return psql('postgres', 'SELECT 1');
    } catch {
      return undefined;
    }
  });
  psql('postgres', 'CREATE ROLE cotmoc LOGIN CREATEROLE');
  psql('postgres', "CREATE DATABASE cotmoc OWNER cotmoc ENCODING 'UTF8' TEMPLATE template0");
  const sql = text => psql('cotmoc', text).split('\n').filter(Boolean).map(line => line.split('\t'));
  return { child, port, data, sql, url: `postgres://cotmoc@127.0.0.1:${port}/cotmoc` };
}

/** The number of the first process below `pid` whose command line has the word, such as the postmaster of an embedded PostgreSQL. */
export function below(pid, word) {
  for (const child of run('pgrep', ['-P', String(pid)]).split('\n').filter(Boolean)) {
    if (readFileSync(`/proc/${child}/cmdline`, 'utf8').includes(word)) return Number(child);
  }
  return undefined;
}

// ---------------------------------------------------------------------------------------------------------------------- nodes

/** One node of cotmoc. It may be started, stopped and started again with another program, on the same port. */
export class Node {
  /** `env` are settings by their variables: all that several nodes have to have in common, above all the database and the secret. */
  constructor(name, { dir, port, program: path, env = {}, args = [] }) {
    Object.assign(this, { name, dir: join(dir, name), port, program: path, env, args, log: join(dir, `${name}.log`) });
    mkdirSync(this.dir, { recursive: true });
  }

  static async make(name, options) {
    return new Node(name, { port: await freePort(), ...options });
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  get pid() {
    return this.child.pid;
  }

  /** Starts it and waits until it is ready. */
  async start(path = this.program, seconds = 180) {
    this.program = path;
    const args = ['serve', '--listen', `127.0.0.1:${this.port}`, '--data-dir', this.dir, ...this.args];
    this.child = start(path, args, { env: { COTMOC_LOG_FORMAT: 'json', ...this.env }, log: this.log });
    let ended;
    this.child.ended.then(code => (ended = code));
    await until(`${this.name} is ready`, async () => {
      if (ended !== undefined) throw new Error(`${this.name} ended (${ended}):\n${readFileSync(this.log, 'utf8').slice(-1500)}`);
      return this.isReady();
    }, seconds);
    return this;
  }

  async isReady() {
    try {
      return (await get(`${this.url}/readyz`)).status === 200;
    } catch {
      return false;
    }
  }

  /** SIGTERM, and waits for its end. */
  async stop(seconds = 60) {
    this.child.kill('SIGTERM');
    return Promise.race([this.child.ended, sleep(seconds * 1000).then(() => Promise.reject(new Error(`${this.name} does not stop`)))]);
  }

  /** What its log warns of, each once with how often. */
  complaints() {
    const times = new Map();
    for (const text of readFileSync(this.log, 'utf8').split('\n').filter(line => line.startsWith('{'))) {
      const { level, message, cause = '' } = JSON.parse(text);
      const line = `${level} ${message} ${cause}`.trim();
      if (level === 'WARN' || level === 'ERROR') times.set(line, (times.get(line) ?? 0) + 1);
    }
    return [...times].map(([line, count]) => `${line} (${count} times)`);
  }
}

/** A secret for nodes that share a database. */
export const secret = () => randomBytes(32).toString('base64');

function get(url) {
  return new Promise((done, failed) => {
    const request = http.get(url, { agent: false, timeout: 5000 }, answer => {
      answer.resume().on('end', () => done({ status: answer.statusCode }));
    });
    request.on('timeout', () => request.destroy(new Error('no answer')));
    request.on('error', failed);
  });
}

/**
 * HAProxy before nodes, as a province would have it: it asks `/readyz` every `probe` milliseconds, and takes a node out after the
 * first answer that is not 200. `servers` tells what it thinks of each, `counters` what it had to do again.
 */
export async function proxy(dir, nodes, probe = 500) {
  const [port, statistics] = [await freePort(), await freePort()];
  const servers = nodes.map(node => `  server ${node.name} 127.0.0.1:${node.port}`).join('\n');
  const configuration = `global
  maxconn 4000
defaults
  mode http
  timeout connect 2s
  timeout client 75s
  timeout server 75s
  timeout http-keep-alive 75s
  timeout tunnel 1h
  retries 3
  option redispatch 1
  option forwardfor
frontend public
  bind 127.0.0.1:${port}
  default_backend nodes
backend nodes
  balance roundrobin
  option httpchk
  http-check send meth GET uri /readyz
  http-check expect status 200
  default-server check inter ${probe}ms fastinter ${probe}ms downinter ${probe}ms fall 1 rise 2
${servers}
frontend statistics
  bind 127.0.0.1:${statistics}
  stats enable
  stats uri /
`;
  const file = join(dir, 'haproxy.cfg');
  writeFileSync(file, configuration);
  const child = start(find('haproxy'), ['-db', '-f', file], { log: join(dir, 'haproxy.log'), last: 'SIGKILL' });
  const read = async () => {
    const { text } = await new Client(`http://127.0.0.1:${statistics}`).get('/;csv');
    const [head, ...lines] = text.trim().split('\n').map(line => line.split(','));
    return lines.map(line => Object.fromEntries(line.map((cell, column) => [head[column].replace('# ', ''), cell])));
  };
  const servers_ = async () => (await read()).filter(row => row.pxname === 'nodes' && row.svname !== 'BACKEND');
  const isUp = async name => (await servers_()).some(row => row.svname === name && row.status.startsWith('UP'));
  let ended;
  child.ended.then(code => (ended = code));
  await until('HAProxy answers', () => {
    if (ended !== undefined) throw new Error(`HAProxy ended (${ended}):\n${readFileSync(join(dir, 'haproxy.log'), 'utf8')}`);
    return read().catch(() => undefined);
  });
  return { child, port, url: `http://127.0.0.1:${port}`, servers: servers_, isUp };
}

// -------------------------------------------------------------------------------------------------------------------- clients

/**
 * Somebody with HTTP/1.1 connections that are kept. Nothing is sent again here: what fails has failed. `address` is where it
 * says to come from, as a proxy would.
 */
export class Client {
  constructor(base, { address, sockets = 2 } = {}) {
    this.base = new URL(base);
    this.address = address;
    this.agent = new http.Agent({ keepAlive: true, maxSockets: sockets });
  }

  send(method, path, { headers = {}, body, seconds = 60 } = {}) {
    const begin = performance.now();
    const from = this.address ? { 'x-forwarded-for': this.address } : {};
    return new Promise((done, failed) => {
      const options = { host: this.base.hostname, port: this.base.port, method, path, agent: this.agent, timeout: seconds * 1000 };
      const request = http.request({ ...options, headers: { ...from, ...headers } }, answer => {
        const parts = [];
        answer.on('data', part => parts.push(part));
        answer.on('error', failed);
        answer.on('end', () => {
          const bytes = Buffer.concat(parts);
          done({ status: answer.statusCode, headers: answer.headers, bytes, text: bytes.toString(), ms: performance.now() - begin });
        });
      });
      request.on('timeout', () => request.destroy(new Error(`no answer within ${seconds} seconds`)));
      request.on('error', failed);
      request.end(body);
    });
  }

  get(path, options) {
    return this.send('GET', path, options);
  }

  /** Asks by GraphQL. Answers also what is refused; `answer.body` is the JSON, if it is any. */
  async ask(query, variables = {}, token = undefined, headers = {}) {
    const body = JSON.stringify({ query, variables });
    const all = { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...headers };
    if (token) all.authorization = `Bearer ${token}`;
    const answer = await this.send('POST', '/graphql', { headers: { ...all, 'content-length': Buffer.byteLength(body) }, body });
    try {
      answer.body = JSON.parse(answer.text);
    } catch {
      answer.body = undefined;
    }
    return answer;
  }

  close() {
    this.agent.destroy();
  }
}

export const SIGN_IN = `mutation ($input: SignInInput!) { signIn(input: $input) { tokens { accessToken accessTokenExpiresAt refreshToken } userErrors { code } } }`;
export const REFRESH = `mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) { tokens { accessToken accessTokenExpiresAt refreshToken } userErrors { code } } }`;

/** Somebody who has signed in: a client whose token is refreshed before it ends, by one request at a time. */
export class Person extends Client {
  static async signIn(base, login, options) {
    const person = new Person(base, options);
    const answer = await person.ask(SIGN_IN, { input: { login, password: PASSWORD } });
    person.tokens = answer.body?.data?.signIn?.tokens;
    if (!person.tokens) throw new Error(`${login} cannot sign in: ${answer.status} ${answer.text}`);
    return person;
  }

  /** A token that holds for a while. */
  async token() {
    if (Date.parse(this.tokens.accessTokenExpiresAt) < Date.now() + 60_000) {
      this.refreshing ??= this.#refresh().finally(() => (this.refreshing = undefined));
      await this.refreshing;
    }
    return this.tokens.accessToken;
  }

  async #refresh() {
    const answer = await super.ask(REFRESH, { input: { refreshToken: this.tokens.refreshToken } });
    const { tokens } = answer.body?.data?.refreshSession ?? {};
    if (!tokens) throw new Error(`cannot refresh: ${answer.status} ${answer.text}`);
    this.tokens = tokens;
  }

  async tell(query, variables = {}) {
    return this.ask(query, variables, await this.token());
  }
}

export const key = () => randomUUID();

/** Loads the demo with its accounts into the database that `env` names, by a node that is then stopped. */
export async function demo(dir, path, env) {
  const node = await (await Node.make('demo', { dir, program: path, env, args: ['--demo'] })).start();
  await node.stop();
}

/**
 * People who submit figures, and places for these: monthly indicators `dien_tap_N` that each of the first communes reports of itself.
 * The demo's accounts count as people from here on, so that nodes serve without `--demo`. To be called once the demo is loaded,
 * with the superuser's `sql` of the database, before a node is used.
 *
 * Answers the period, the codes of the communes (whose reporters are `bao.cao.N`, heads `thu.truong.N`) and of the indicators.
 */
export function people(sql, { communes = 10, indicators = 200 } = {}) {
  const [[period]] = sql("SELECT to_char(now() AT TIME ZONE 'Asia/Ho_Chi_Minh' - interval '1 month', 'YYYY-MM')");
  sql(`
    UPDATE account SET demo = false;
    CREATE TEMPORARY TABLE place AS
      SELECT id, code, row_number() OVER (ORDER BY code) AS number FROM agency
      WHERE level = 'COMMUNE' AND closed_on IS NULL AND official_code IS NOT NULL ORDER BY code LIMIT ${communes};
    CREATE TEMPORARY TABLE person AS
      SELECT gen_random_uuid() AS id, login || '.' || number AS login, role, place.id AS agency_id
      FROM place, (VALUES ('bao.cao', 'REPORTER'), ('thu.truong', 'HEAD')) AS known (login, role);
    INSERT INTO account (id, login, full_name, created_at) SELECT id, login, 'Người diễn tập ' || login, now() FROM person;
    INSERT INTO password (account_id, hash, changed_at)
      SELECT person.id, hash, now() FROM person, password JOIN account ON account.id = account_id WHERE account.login = 'bao.cao';
    INSERT INTO role_grant (id, account_id, role, agency_id, with_below, valid_from, granted_at)
      SELECT gen_random_uuid(), id, role, agency_id, false, current_date - 1, now() FROM person;
    INSERT INTO indicator (id, code, name_vi, name_en, position, unit, value_kind, direction, nature, aggregation, frequency)
      SELECT md5('dien_tap_' || n)::uuid, 'dien_tap_' || n, 'Chỉ tiêu diễn tập ' || n, 'Indicator of a rehearsal ' || n, last.position + n,
        'COUNT', 'NUMBER', 'HIGHER_IS_BETTER', 'FLOW', 'SUM', 'MONTH'
      FROM generate_series(1, ${indicators}) AS n, (SELECT max(position) FROM indicator) AS last (position);
    INSERT INTO indicator_definition (id, indicator_id, version, text_vi, text_en)
      SELECT gen_random_uuid(), id, 1, name_vi, name_en FROM indicator WHERE code LIKE 'dien\\_tap\\_%';
    INSERT INTO reporting_assignment (id, indicator_id, subject_id, reporter_id, regime, period_kind, valid)
      SELECT gen_random_uuid(), indicator.id, place.id, place.id, 'CALENDAR', 'MONTH', daterange('${period}-01', NULL)
      FROM indicator, place WHERE indicator.code LIKE 'dien\\_tap\\_%';
    -- Whatever day of the month it is today.
    INSERT INTO reporting_extension (id, regime, period, due_on, reason, extended_at)
      SELECT gen_random_uuid(), 'CALENDAR', '${period}', current_date + 30, 'Diễn tập', now();
    ANALYZE;`);
  const codes = sql(`SELECT code FROM agency WHERE level = 'COMMUNE' AND closed_on IS NULL AND official_code IS NOT NULL ORDER BY code LIMIT ${communes}`);
  return { period, communes: codes.map(([code]) => code), indicators: Array.from({ length: indicators }, (_, n) => `dien_tap_${n + 1}`) };
}

export const SUBMIT = `mutation Submit($input: DraftMeasurementInput!, $key: UUID!) {
  draftMeasurement(input: $input, idempotencyKey: $key) { measurement { id state version contentHash } userErrors { code message } }
}`;
export const ENDORSE = `mutation Endorse($input: EndorseMeasurementInput!, $key: UUID!) {
  endorseMeasurement(input: $input, idempotencyKey: $key) { measurement { id state version contentHash } userErrors { code message } }
}`;
export const PUBLISH = `mutation Publish($input: PublishMeasurementInput!, $key: UUID!) {
  publishMeasurement(input: $input, idempotencyKey: $key) { measurement { id state version contentHash } userErrors { code message } }
}`;
