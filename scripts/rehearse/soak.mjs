// A day of a province in half an hour, while it is looked at what grows.
//
// The reckoning. A province has some 120 agencies with 600 people who work with this, and what they do from morning to night is
// asked for in 30 minutes, 48 times as fast:
//
//   reads of people       600 people × 4 visits × 10 requests = 24,000; 50 screens of leaders, each minute of 10 hours = 30,000
//   reads of the public   2,000 visitors × 10 requests = 20,000
//   machines              10 that ask for changes each minute = 14,400
//   figures               120 agencies × 25 of a busy day = 3,000 submitted, each third endorsed and published
//   sign-ins              600 people × 2; each is refreshed every 10 minutes of 8 hours = 28,800, a quarter of it here, as few work all day
//   connections           who follows changes connects again every 10 minutes, when the token ends: 600 × 8 h × 6 = 28,800; 200 at any
//                         time; so one lives for 12 seconds here. Half go without a word, as phones do
//   files                 400 exports, 100 reports as documents, 240 imports of ten figures, 500 attachments of 200 KB
//
// That is some 75 requests and 16 connections a second. It does not show what a single day does not bring (the turn of a month, a restore), nor what
// goes by the clock (sessions that end after a week).
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import WebSocket from 'ws';
import {
  Client, ENDORSE, Node, PASSWORD, PUBLISH, Person, REFRESH, SIGN_IN, SUBMIT, demo, freePort, key, memory, openFiles, people, postgres, program,
  quantile, rehearse, say, secret, sleep, threads, version,
} from './lib.mjs';

const ABOUT = `
Half an hour of mixed load, as much as a province brings in a day: reads, figures, sign-ins, exports, imports, attachments, and people
who follow changes and come and go. Every ten seconds it is noted what the server holds.
Bars: nothing grows from the second quarter to the last, all is given back at the end, nothing fails.

Needs PostgreSQL. Takes half an hour; a release build, since another one is too slow for the load.`;

const OPTIONS = {
  minutes: { type: 'string', default: '30', what: 'how long; less than 10 says little of growth' },
  pace: { type: 'string', default: '1', what: 'part of the load, such as 0.3 for a slow machine' },
};

/** In half an hour. */
const DAY = {
  'reads of people': 54_000,
  'reads of the public': 20_000,
  'pages of changes': 14_400,
  figures: 3_000,
  'sign-ins': 1_200,
  refreshes: 7_200,
  exports: 400,
  reports: 100,
  imports: 240,
  attachments: 500,
};
const HALF_HOUR = 1800;
const FOLLOWERS = 200;
const FOLLOWS = 12;
const REPORTERS = 12;
/** So many of a kind are under way at most; beyond that the clock of the load waits for the server. */
const AT_ONCE = 8;
const EVERY = 10_000;
/** How long after the end it is looked whether all was given back. */
const REST = 45_000;

/** What may be more in the last quarter than in the second: a part, and a number besides. */
const ALLOWED = {
  'resident memory (MiB)': [0.1, 8],
  'memory without files (MiB)': [0.1, 8],
  'open files': [0.1, 10],
  threads: [0, 4],
  'connections to PostgreSQL': [0, 2],
  'connections of the pool': [0, 1],
  'temporary files': [0, 2],
  'requests inside': [0.5, 8],
};

const PEOPLE = [
  '{ viewer { account { login } roles } }',
  '{ myObligations(first: 20) { totalCount nodes { indicator { code } period dueOn state } } }',
  '{ indicators(first: 50) { nodes { code name unit latestMeasurement(subject: "qng.ubnd") { period value source } targets(first: 5) { nodes { dueOn value } } } } }',
  '{ directives(first: 20, filter: { timeliness: [OVERDUE] }) { totalCount nodes { code title dueOn leads { name } } } }',
  '{ measurements(first: 50, filter: { states: [SUBMITTED] }) { nodes { id value period } } }',
  '{ completeness(by: REPORTER, first: 50) { nodes { reporter { name } expected answered overdue } } }',
];
const PUBLIC = [
  '{ targets(first: 20, filter: { document: "359-KH/TU" }) { nodes { wording dueOn value indicator { code } } } }',
  '{ search(text: "chuyển đổi số", first: 10) { edges { rank node { __typename } } } }',
  '{ indicator(code: "coverage_5g_share") { name unit series: latestMeasurement(subject: "qng.ubnd") { period value } } }',
  '{ programmes(first: 10) { nodes { code name } } }',
];
const EXPORTS = ['targets.xlsx', 'directives.csv', 'indicators.ndjson', `measurements.csv?filter=${encodeURIComponent('{"indicator":"coverage_5g_share"}')}`];
const CHANGES = 'query ($after: String) { changes(after: $after, types: [MEASUREMENT], first: 100) { events { kind id object { ... on Measurement { value } } } endCursor hasMore } }';

async function main({ options, dir, table }) {
  const [seconds, pace] = [Number(options.minutes) * 60, Number(options.pace)];
  const path = program();
  const pg = await postgres(dir);
  const temporary = join(dir, 'tmp');
  mkdirSync(temporary);
  const metricsPort = await freePort();
  const env = {
    DATABASE_URL: pg.url,
    COTMOC_SECRET_KEY: secret(),
    COTMOC_STORAGE: join(dir, 'files'),
    COTMOC_SECOND_FACTOR_ROLES: 'none',
    COTMOC_TRUSTED_PROXIES: '127.0.0.1',
    COTMOC_METRICS_LISTEN: `127.0.0.1:${metricsPort}`,
    // The wall around guessing is not what is rehearsed: a day's sign-ins come in half an hour.
    COTMOC_SIGN_INS_PER_MINUTE: '6000',
    COTMOC_MUTATIONS_PER_MINUTE: '6000',
    COTMOC_POINTS_PER_MINUTE: '120000000',
    TMPDIR: temporary,
  };
  say('loading the demo');
  await demo(dir, path, env);
  // Singly submitted figures take their places from the front, those of imports from the back; all are of the communes of 12 reporters.
  const figures = Math.ceil((DAY.figures * seconds) / HALF_HOUR / REPORTERS) + 1;
  const inFiles = Math.ceil((DAY.imports * seconds) / HALF_HOUR / REPORTERS + 1) * 10;
  const place = people(pg.sql, { communes: 96, indicators: figures + inFiles });
  const server = await (await Node.make('server', { dir, env, program: path })).start();
  const metrics = new Client(`http://127.0.0.1:${metricsPort}`);
  const atFirst = { files: openFiles(server.pid) };

  const load = new Load(server.url, place, pace);
  await load.signIn();
  const samples = [];
  const sample = async () => {
    const { rss, anonymous } = memory(server.pid);
    const numbers = await told(metrics);
    const [[connections]] = pg.sql("SELECT count(*) FROM pg_stat_activity WHERE usename = 'cotmoc'");
    samples.push({
      'resident memory (MiB)': rss / 1048576,
      'memory without files (MiB)': anonymous / 1048576,
      'open files': openFiles(server.pid),
      threads: threads(server.pid),
      'connections to PostgreSQL': Number(connections),
      'connections of the pool': numbers.get('cotmoc_db_pool_connections') ?? 0,
      'temporary files': readdirSync(temporary).length,
      'requests inside': numbers.get('cotmoc_http_requests_in_flight') ?? 0,
    });
  };

  say(`under load for ${options.minutes} minutes`);
  load.begin();
  const end = Date.now() + seconds * 1000;
  for (let turn = 0; Date.now() < end; turn++) {
    await sleep(Math.min(EVERY, Math.max(0, end - Date.now())));
    await sample();
    if (turn % 6 === 5) say(`${load.done} done, ${load.failures.length} failed; ${Object.values(samples.at(-1)).map(value => value.toFixed(0)).join(' ')}`);
  }
  await load.stop();
  say('the load has stopped; a while of rest');
  await sleep(REST);
  const rest = { files: openFiles(server.pid), temporary: readdirSync(temporary).length, inside: (await told(metrics)).get('cotmoc_http_requests_in_flight') };
  const imports = pg.sql('SELECT state, count(*) FROM file_import GROUP BY 1 ORDER BY 1').map(row => row.join(' ')).join(', ');

  table.add('program', version(path));
  table.add('asked in all', `${load.done}, ${(load.done / seconds).toFixed(0)} a second`);
  const whole = Object.entries(DAY).map(([kind, number]) => [kind, load.count.get(kind) ?? 0, (number * seconds * pace) / HALF_HOUR]);
  for (const [kind, done, wanted] of whole) {
    const middle = load.milliseconds.has(kind) ? `, median ${quantile(load.milliseconds.get(kind)).toFixed(0)} ms` : '';
    table.add(`  ${kind}`, `${done}${middle}`, `≥ ${Math.floor(wanted * 0.9)}`, done >= Math.floor(wanted * 0.9));
  }
  table.add('  connections that followed', load.connections);
  table.add('events heard', load.heard, 'some', load.heard > 0);
  table.add('imports by state', imports);
  table.add('failed', load.failures.length, '0', load.failures.length === 0);
  [...load.reasons].slice(0, 10).forEach(([reason, times]) => say(`failed ${times} times: ${reason}`));
  const quarter = Math.floor(samples.length / 4);
  for (const [what, [part, number]] of Object.entries(ALLOWED)) {
    const median = (from, until) => quantile(samples.slice(from, until).map(values => values[what]));
    const [second, last] = [median(quarter, 2 * quarter), median(3 * quarter, samples.length)];
    const allowed = second * (1 + part) + number;
    const tolerance = `≤ ${allowed.toFixed(0)} (${part > 0 ? `${part * 100} % and ` : ''}${number} more)`;
    table.add(`${what}: second quarter, last`, `${second.toFixed(0)}, ${last.toFixed(0)}`, tolerance, last <= allowed);
  }
  table.add('open files before, at rest after', `${atFirst.files}, ${rest.files}`, 'at most 20 more', rest.files <= atFirst.files + 20);
  table.add('temporary files at rest', rest.temporary, '0', rest.temporary === 0);
  table.add('requests inside at rest', rest.inside, '1, this question', rest.inside <= 1);
  for (const line of server.complaints()) say(`log: ${line}`);
}

/** Numbers of /metrics by name, those of all labels together. */
async function told(metrics) {
  const numbers = new Map();
  for (const line of (await metrics.get('/metrics')).text.split('\n')) {
    const [, name, value] = /^(\w+)(?:\{.*\})? (\S+)$/.exec(line) ?? [];
    if (name) numbers.set(name, (numbers.get(name) ?? 0) + Number(value));
  }
  return numbers;
}

class Load {
  done = 0;
  heard = 0;
  connections = 0;
  failures = [];
  reasons = new Map();
  count = new Map();
  milliseconds = new Map();
  running = [];
  stopped = false;

  constructor(url, place, pace) {
    Object.assign(this, { url, place, pace });
    this.isOver = new Promise(done => (this.over = done));
  }

  async signIn() {
    const sign = (login, number) => Person.signIn(this.url, login, { address: `198.18.0.${number}`, sockets: 8 });
    this.office = await sign('thuong.truc', 1);
    this.readers = [this.office];
    for (const [number, login] of ['lanh.dao', 'thanh.tra', 'bao.cao', 'thu.truong'].entries()) this.readers.push(await sign(login, number + 2));
    this.reporters = [];
    this.heads = [];
    for (let number = 1; number <= REPORTERS; number++) {
      this.reporters.push(await sign(`bao.cao.${number}`, 20 + number));
      this.heads.push(await sign(`thu.truong.${number}`, 40 + number));
    }
    this.public = Array.from({ length: 20 }, (_, number) => new Client(this.url, { address: `198.18.1.${number + 1}` }));
  }

  /** One request. A failure is whatever is not right, whoever is to blame. */
  async one(kind, send, isRight = answer => answer.status === 200 && answer.body?.data && !answer.body.errors) {
    let why;
    try {
      const answer = await send();
      if (answer.ms) this.milliseconds.set(kind, [...(this.milliseconds.get(kind) ?? []).slice(-999), answer.ms]);
      if (isRight(answer)) return answer;
      const code = answer.body?.errors?.[0]?.extensions?.code ?? answer.text.slice(0, 200);
      why = `${kind}: ${answer.status} ${code}`;
    } catch (error) {
      why = `${kind}: ${error.code ?? ''} ${error.message}`;
    } finally {
      this.done += 1;
    }
    this.fail(why);
    return undefined;
  }

  fail(why) {
    this.failures.push(why);
    const times = (this.reasons.get(why) ?? 0) + 1;
    this.reasons.set(why, times);
    if (times === 1) say(`FAILED ${why}`);
  }

  /** Does `work` as often as the day says. When the server is late, it waits; what is not done in time shows in the table. */
  repeat(kind, work) {
    const interval = (HALF_HOUR * 1000) / (DAY[kind] * this.pace);
    const begin = Date.now();
    let turn = 0;
    const worker = async () => {
      while (!this.stopped) {
        const mine = turn++;
        await Promise.race([sleep(begin + (mine + Math.random()) * interval - Date.now()), this.isOver]);
        if (this.stopped) return;
        this.count.set(kind, (this.count.get(kind) ?? 0) + 1);
        await work(mine);
      }
    };
    for (let number = 0; number < AT_ONCE; number++) this.running.push(worker());
  }

  begin() {
    const { url, place } = this;
    const of = (list, turn) => list[turn % list.length];
    this.repeat('reads of people', turn => this.one('reads of people', () => of(this.readers, turn).tell(of(PEOPLE, turn))));
    this.repeat('reads of the public', turn => this.one('reads of the public', () => of(this.public, turn).ask(of(PUBLIC, turn))));
    let after;
    this.repeat('pages of changes', async turn => {
      const answer = await this.one('pages of changes', () => of(this.public, turn).ask(after ? CHANGES : '{ changeCursor }', { after }));
      after = answer?.body.data.changes?.endCursor ?? answer?.body.data.changeCursor ?? after;
    });
    this.repeat('figures', turn => this.figure(turn));
    const signsIn = turn => {
      const client = new Client(url, { address: `198.18.2.${turn % 250}` });
      const login = `bao.cao.${20 + (turn % 70)}`;
      const right = answer => answer.body?.data?.signIn?.tokens;
      return this.one('sign-ins', () => client.ask(SIGN_IN, { input: { login, password: PASSWORD } }), right).finally(() => client.close());
    };
    this.repeat('sign-ins', signsIn);
    this.repeat('refreshes', turn => this.refresh(of([...this.reporters, ...this.heads], turn)));
    this.repeat('exports', turn => this.file('exports', `/files/exports/${of(EXPORTS, turn)}`, turn));
    this.repeat('reports', turn => this.file('reports', '/files/reports/nq57-quang-ngai/2025-Q4.docx', turn));
    this.repeat('imports', turn => this.import(turn));
    this.repeat('attachments', turn => this.attach(turn));
    for (let number = 0; number < FOLLOWERS * this.pace; number++) this.running.push(this.follow(number));
  }

  async stop() {
    this.stopped = true;
    this.over();
    await Promise.all(this.running);
    for (const client of [...this.readers, ...this.reporters, ...this.heads, ...this.public]) client.close();
  }

  async refresh(person) {
    // One at a time, as the guide says.
    if (person.busy) return;
    person.busy = true;
    const right = answer => answer.body?.data?.refreshSession?.tokens;
    const answer = await this.one('refreshes', () => person.ask(REFRESH, { input: { refreshToken: person.tokens.refreshToken } }), right);
    if (answer) person.tokens = answer.body.data.refreshSession.tokens;
    person.busy = false;
  }

  async figure(turn) {
    const who = turn % REPORTERS;
    const { period, communes, indicators } = this.place;
    const indicator = indicators[Math.floor(turn / REPORTERS) % indicators.length];
    const change = async (person, mutation, input) => {
      const answer = await this.one('figures', () => person.tell(mutation, { input, key: key() }), ({ body }) => Object.values(body?.data ?? {})[0]?.measurement);
      return answer && Object.values(answer.body.data)[0].measurement;
    };
    const seen = ({ id, version: expectedVersion, contentHash }) => ({ measurement: id, expectedVersion, contentHash });
    const figure = { indicator, subject: communes[who], period, observation: 'FINAL', submit: true, value: String(turn + 1) };
    const submitted = await change(this.reporters[who], SUBMIT, figure);
    if (!submitted || turn % 3 !== 0) return;
    const endorsed = await change(this.heads[who], ENDORSE, seen(submitted));
    if (endorsed) await change(this.office, PUBLISH, seen(endorsed));
  }

  /** A quarter of them hang up before the end. */
  async file(kind, path, turn) {
    const client = new Client(this.url, { address: `198.18.3.${turn % 250}` });
    if (turn % 4 === 3) {
      const sent = client.get(path).catch(() => undefined);
      await sleep(100);
      client.close();
      await sent;
    } else {
      await this.one(kind, () => client.get(path), answer => answer.status === 200 && answer.bytes.length > 1000);
      client.close();
    }
  }

  async import(turn) {
    const who = turn % REPORTERS;
    const person = this.reporters[who];
    const { period, communes, indicators } = this.place;
    const rows = Array.from({ length: 10 }, (_, row) => `${indicators.at(-1 - ((Math.floor(turn / REPORTERS) * 10 + row) % indicators.length))},${turn * 10 + row}`);
    const body = `Mã chỉ tiêu,Giá trị\n${rows.join('\n')}\n`;
    const path = `/files/imports?agency=${communes[who]}&period=${period}&mode=ROW_BY_ROW&dryRun=false&submit=true`;
    const headers = { authorization: `Bearer ${await person.token()}` };
    await this.one('imports', () => person.send('POST', path, { headers, body }), answer => [200, 202].includes(answer.status));
  }

  async attach(turn) {
    const person = this.reporters[turn % REPORTERS];
    const body = Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(200_000, String(turn))]);
    const headers = {
      authorization: `Bearer ${await person.token()}`,
      'upload-length': body.length,
      'upload-metadata': `filename ${Buffer.from('Biên bản.pdf').toString('base64')}`,
      'content-type': 'application/offset+octet-stream',
    };
    await this.one('attachments', () => person.send('POST', '/files/attachments', { headers, body }), answer => answer.status === 201);
  }

  /** Follows changes over a WebSocket for a while, goes in order or without a word, and comes again. */
  async follow(number) {
    const isPublic = number % 4 !== 0;
    while (!this.stopped) {
      const address = `198.18.${10 + (number >> 8)}.${number & 255}`;
      const socket = new WebSocket(`${this.url.replace('http', 'ws')}/graphql/ws`, ['graphql-transport-ws'], { headers: { 'x-forwarded-for': address } });
      const gone = new Promise(done => socket.on('close', done));
      let isMeant = false;
      const fail = why => {
        if (!isMeant) this.fail(why);
      };
      const authorization = isPublic ? undefined : `Bearer ${await this.office.token()}`;
      socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization } })));
      socket.on('error', error => fail(`follow: ${error.message}`));
      socket.on('message', bytes => {
        const { type, payload } = JSON.parse(bytes.toString());
        const query = 'subscription { changed(types: [MEASUREMENT]) { cursor kind object { ... on Measurement { value } } } }';
        if (type === 'connection_ack') socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload: { query } }));
        else if (type === 'next' && !payload.errors) this.heard += 1;
        else fail(`follow: ${type} ${JSON.stringify(payload)?.slice(0, 100)}`);
      });
      const life = FOLLOWS * 1000 * (0.5 + Math.random());
      for (let lived = 0; lived < life && !this.stopped; lived += 500) await sleep(500);
      isMeant = true;
      this.connections += 1;
      if (Math.random() < 0.5) socket.close();
      else socket.terminate();
      await Promise.race([gone, sleep(5000)]);
    }
  }
}

await rehearse({ name: 'soak', about: ABOUT, options: OPTIONS, needs: { initdb: 'postgresql' } }, main);
