// One version after the other, under load: nobody notices.
//
// Two nodes of the release before stand behind HAProxy, on one PostgreSQL. While people ask, submit, publish, export and follow
// changes, one node after the other is replaced by the program of today, which migrates while the other node still serves. Then both
// are taken back to the release before, on the schema of today, as somebody would who does not like the new one.
// Nothing is sent again by the clients: a request that fails is a failure. Who follows changes connects again where told to.
import { createClient } from 'graphql-ws';
import http from 'node:http';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import WebSocket from 'ws';
import {
  Client, ENDORSE, Node, PASSWORD, PUBLISH, Person, ROOT, SIGN_IN, SUBMIT, demo, key, people, postgres, program, proxy, quantile, rehearse, run, say, secret,
  sleep, version,
} from './lib.mjs';

const ABOUT = `
Replaces two nodes behind HAProxy under load, one after the other, by another version, and back again.
Bars: no request fails, no figure is lost or written twice, who follows changes is told to connect again (1012) and misses
nothing and hears nothing twice.

Needs PostgreSQL, HAProxy, git and (to build the release before) a Rust toolchain.
Takes two minutes with release builds, three with others, and what it takes to build the release before.`;

const OPTIONS = {
  old: { type: 'string', what: 'the program of the release before' },
  'old-rev': { type: 'string', what: 'or its revision, which is built: if neither is given, that before the newest migration' },
  new: { type: 'string', what: 'the program of today (what COTMOC names, else the newest build)' },
  seconds: { type: 'string', default: '8', what: 'how long to go on before, between and after' },
  probe: { type: 'string', default: '500', what: 'milliseconds between two questions of HAProxy' },
};
const NEEDS = { initdb: 'postgresql', haproxy: 'haproxy', git: 'git' };

/** So long a node goes on after it has said that it stops: a little more than HAProxy needs to see it. */
const drainDelay = probe => `${probe * 3}ms`;

// ------------------------------------------------------------------------------------------------- the release before

/** Builds a revision in a working copy that goes again. The build itself is kept beside the others, for the next time. */
function build(revision, dir) {
  const commit = run('git', ['-C', ROOT, 'rev-parse', '--verify', `${revision}^{commit}`]).trim();
  const target = join(ROOT, 'target', 'rehearse');
  const copy = join(dir, 'old');
  say(`building ${commit.slice(0, 7)}, which takes minutes`);
  run('git', ['-C', ROOT, 'worktree', 'add', '--detach', copy, commit]);
  try {
    run('cargo', ['build', '--locked', '--bin', 'cotmoc'], { cwd: copy, env: { CARGO_TARGET_DIR: target }, stdio: ['ignore', 'ignore', 'inherit'] });
  } finally {
    run('git', ['-C', ROOT, 'worktree', 'remove', '--force', copy]);
  }
  return join(target, 'debug', 'cotmoc');
}

/** That before the newest migration: so there is something to migrate. */
function before() {
  return `${run('git', ['-C', ROOT, 'log', '-1', '--format=%H', '--diff-filter=A', '--', 'migrations/*/up.sql']).trim()}^`;
}

// ------------------------------------------------------------------------------------------------------------ requests

const READS = [
  ['indicators', '{ indicators(first: 20) { nodes { code name unit latestMeasurement(subject: "qng.ubnd") { period value source } } } }'],
  ['targets', '{ targets(first: 20, filter: { document: "359-KH/TU" }) { nodes { wording dueOn value indicator { code } } } }'],
  ['directives', '{ directives(first: 20, filter: { timeliness: [OVERDUE] }) { totalCount nodes { code dueOn leads { name } } } }'],
  ['search', '{ search(text: "chuyển đổi số", first: 10) { edges { rank node { __typename } } } }'],
];
const OF_PEOPLE = [
  ['viewer', '{ viewer { account { login } roles } }'],
  ['obligations', '{ myObligations(first: 20) { totalCount nodes { indicator { code } period dueOn state } } }'],
];
const LONG = [
  ['completeness', '{ completeness(by: REPORTER, first: 100) { nodes { reporter { name } expected answered overdue } } }'],
  ['measurements', '{ measurements(first: 100) { totalCount nodes { indicator { code name targets { nodes { value } } } subject { code name ancestors { name } } period value } } }'],
];

const SOME_FIGURES = `/files/exports/measurements.csv?filter=${encodeURIComponent('{"indicator":"tthc_dossiers_online_share"}')}`;

/** Everything that is asked, and what became of it. */
class Load {
  sent = 0;
  failures = [];
  milliseconds = new Map();
  asOf = { sent: 0, unavailable: 0 };
  acknowledged = new Map();
  stopped = false;
  workers = [];

  constructor(url, place) {
    Object.assign(this, { url, place, phase: 'before' });
  }

  /** One request: any error, of the connection, of HTTP or of GraphQL, is a failure. */
  async one(what, send, isRight = answer => answer.status === 200 && answer.body?.data && !answer.body.errors) {
    this.sent += 1;
    try {
      const answer = await send();
      // An export takes as long as its reader lets it.
      if (answer.ms) this.milliseconds.set(this.phase, [...(this.milliseconds.get(this.phase) ?? []), answer.ms]);
      if (isRight(answer)) return answer;
      this.fail(what, `${answer.status} ${answer.text.slice(0, 300)}`);
    } catch (error) {
      this.fail(what, `${error.code ?? ''} ${error.message}`);
    }
    return undefined;
  }

  fail(what, why) {
    this.failures.push(`${this.phase}, ${what}: ${why}`);
    if (this.failures.length <= 20) say(`FAILED ${this.failures.at(-1)}`);
  }

  repeat(pause, work) {
    const worker = async () => {
      for (let turn = 0; !this.stopped; turn++) {
        await work(turn);
        await sleep(pause * (0.5 + Math.random()));
      }
    };
    this.workers.push(worker);
  }

  /** Everybody has signed in: now all begin. */
  begin() {
    this.running = this.workers.map(worker => worker());
  }

  async stop() {
    this.stopped = true;
    await Promise.all(this.running ?? []);
  }

  /** Reads without signing in; each reader comes from an address of their own. */
  readers(count) {
    for (let reader = 0; reader < count; reader++) {
      const client = new Client(this.url, { address: `198.18.0.${reader + 1}` });
      this.repeat(300, turn => {
        const [what, query] = READS[(turn + reader) % READS.length];
        return this.one(what, () => client.ask(query));
      });
    }
  }

  async peoplesReaders(logins) {
    for (const [number, login] of logins.entries()) {
      const person = await Person.signIn(this.url, login, { address: `198.18.1.${number + 1}` });
      this.repeat(400, turn => {
        const [what, query] = OF_PEOPLE[(turn + number) % OF_PEOPLE.length];
        return this.one(what, () => person.tell(query));
      });
    }
  }

  /** Somebody else comes every second. */
  signIns(logins) {
    this.repeat(1000, turn => {
      const login = logins[turn % logins.length];
      const right = answer => answer.body?.data?.signIn?.tokens;
      const client = new Client(this.url, { address: `198.18.7.${turn % 250}` });
      return this.one('signIn', () => client.ask(SIGN_IN, { input: { login, password: PASSWORD } }), right).finally(() => client.close());
    });
  }

  /** Asks for much, and takes exports at the pace of a slow line, so that they are under way when a node is told to stop. */
  async slowOnes(login) {
    const person = await Person.signIn(this.url, login, { address: '198.18.2.1' });
    this.repeat(500, turn => {
      const [what, query] = LONG[turn % LONG.length];
      return this.one(what, () => person.tell(query));
    });
    for (const [path, rate] of [[SOME_FIGURES, 300_000], ['/files/exports/targets.ndjson', 100_000]]) {
      const address = `198.18.2.${Math.round(rate / 10_000)}`;
      this.repeat(500, () => this.one(path, () => slowly(this.url, path, rate, address), answer => answer.isWhole));
    }
  }

  /** As of an instant: while migrations run that is UNAVAILABLE, as the guide for operators says. Counted apart. */
  asOfReader() {
    const client = new Client(this.url, { address: '198.18.3.1' });
    const query = `{ asOf(instant: "${new Date(Date.now() - 1000).toISOString()}") { indicator(code: "coverage_5g_share") { name } } }`;
    this.repeat(200, async () => {
      this.asOf.sent += 1;
      const isLater = answer => answer.body?.errors?.[0]?.extensions.code === 'UNAVAILABLE';
      const answer = await this.one('as of', () => client.ask(query), answer => answer.body?.data?.asOf?.indicator || isLater(answer));
      if (answer && isLater(answer)) this.asOf.unavailable += 1;
    });
  }

  /** Submits figures; every third is endorsed and published. What was acknowledged is remembered with its version. */
  async writers(count) {
    const office = await Person.signIn(this.url, 'thuong.truc', { address: '198.18.4.200' });
    for (let number = 1; number <= count; number++) {
      const reporter = await Person.signIn(this.url, `bao.cao.${number}`, { address: `198.18.4.${number}` });
      const head = await Person.signIn(this.url, `thu.truong.${number}`, { address: `198.18.4.${100 + number}` });
      const { period, communes, indicators } = this.place;
      const change = async (person, field, mutation, input) => {
        const isRight = answer => answer.status === 200 && answer.body?.data?.[field]?.measurement;
        const answer = await this.one(field, () => person.tell(mutation, { input, key: key() }), isRight);
        const figure = answer?.body.data[field].measurement;
        if (figure) this.acknowledged.set(figure.id, figure);
        return figure;
      };
      const seen = ({ id, version: expectedVersion, contentHash }) => ({ measurement: id, expectedVersion, contentHash });
      this.repeat(1000, async turn => {
        if (turn >= indicators.length) return;
        const figure = { indicator: indicators[turn], subject: communes[number - 1], period, observation: 'FINAL', submit: true };
        const submitted = await change(reporter, 'draftMeasurement', SUBMIT, { ...figure, value: String(turn + 1) });
        if (!submitted || turn % 3 !== 0) return;
        const endorsed = await change(head, 'endorseMeasurement', ENDORSE, seen(submitted));
        if (endorsed) await change(office, 'publishMeasurement', PUBLISH, seen(endorsed));
      });
    }
  }
}

/** Takes a file at so many bytes a second. It is whole if it ended as HTTP says that it ends. */
function slowly(base, path, rate, address) {
  return new Promise((done, failed) => {
    const { hostname, port } = new URL(base);
    const request = http.get({ hostname, port, path, agent: false, headers: { 'x-forwarded-for': address } }, answer => {
      const text = [];
      answer.on('data', part => {
        if (answer.statusCode !== 200) text.push(part);
        answer.pause();
        setTimeout(() => answer.resume(), (part.length / rate) * 1000);
      });
      answer.on('error', failed);
      answer.on('end', () => done({ status: answer.statusCode, isWhole: answer.statusCode === 200 && answer.complete, text: Buffer.concat(text).toString() }));
    });
    request.on('error', failed);
  });
}

// --------------------------------------------------------------------------------------------------- who follows changes

const FOLLOW = 'subscription Follow($after: String) { changed(after: $after, types: [MEASUREMENT]) { cursor kind id object { ... on Measurement { version } } } }';
const FEED = `query Feed($after: String) {
  changes(after: $after, types: [MEASUREMENT], first: 100) { events { cursor kind id object { ... on Measurement { version } } } endCursor hasMore }
}`;

/** What one of them has heard: each event once, and of each figure the last version. */
class Follower {
  cursors = new Set();
  versions = new Map();
  isOver = false;
  doubled = 0;
  unread = 0;
  ends = [];
  away = [];
  failures = [];
  #gone;

  constructor(who, transport) {
    Object.assign(this, { who, transport });
  }

  hear({ cursor, id, object }) {
    if (this.cursors.has(cursor)) this.doubled += 1;
    this.cursors.add(cursor);
    // What could not be read is told with an error; then nobody knows which version it was.
    if (!object) this.unread += 1;
    this.versions.set(id, Math.max(object?.version ?? Infinity, this.versions.get(id) ?? 0));
  }

  lost(how) {
    if (this.isOver) return;
    this.ends.push(how);
    this.#gone = performance.now();
  }

  back() {
    if (this.#gone) this.away.push(performance.now() - this.#gone);
    this.#gone = undefined;
  }
}

/** Over a WebSocket, by the public client, which connects again by itself. `resume` is what the guide for clients tells. */
function followBySocket(url, after, token, follower, address) {
  const resume = {};
  class Socket extends WebSocket {
    constructor(to, protocols) {
      super(to, protocols, { headers: { 'x-forwarded-for': address } });
    }
  }
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql/ws`,
    webSocketImpl: Socket,
    retryAttempts: Infinity,
    retryWait: () => sleep(50 + Math.random() * 200),
    connectionParams: async () => ({ resume, ...(token && { authorization: `Bearer ${await token()}` }) }),
    on: {
      connected: () => follower.back(),
      closed: ({ code, reason }) => follower.lost(code === 1012 ? '1012' : `${code} ${reason}`),
      error: error => follower.failures.push(`socket: ${error.message ?? error}`),
      message({ type, id, payload }) {
        if (type === 'next') resume[id] = payload.extensions?.cursor;
      },
    },
  });
  client.subscribe({ query: FOLLOW, variables: { after } }, {
    next: ({ data, errors }) => (data?.changed ? follower.hear(data.changed) : follower.failures.push(JSON.stringify(errors))),
    error: error => follower.failures.push(`ended: ${JSON.stringify(error)}`),
    complete: () => {},
  });
  return () => client.dispose();
}

/** By server-sent events: a stream that ends without `complete` is asked for again behind the last id. */
function followByStream(url, after, token, follower, address) {
  const { hostname, port } = new URL(url);
  let last;
  let isOver = false;
  let request;
  const connect = async () => {
    const headers = { accept: 'text/event-stream', 'content-type': 'application/json', 'x-forwarded-for': address };
    if (token) headers.authorization = `Bearer ${await token()}`;
    if (last) headers['last-event-id'] = last;
    const again = how => {
      if (isOver) return;
      follower.lost(how);
      setTimeout(connect, 50 + Math.random() * 200);
    };
    request = http.request({ hostname, port, path: '/graphql/stream', method: 'POST', agent: false, headers }, answer => {
      if (answer.statusCode !== 200) {
        follower.failures.push(`stream: ${answer.statusCode}`);
        answer.resume().on('end', () => again('refused'));
        return;
      }
      follower.back();
      let text = '';
      answer.setEncoding('utf8').on('data', part => {
        const events = (text + part).split('\n\n');
        text = events.pop();
        for (const event of events) {
          const field = name => event.split('\n').find(line => line.startsWith(`${name}: `))?.slice(name.length + 2);
          last = field('id') ?? last;
          if (field('event') !== 'next') continue;
          const { data, errors } = JSON.parse(field('data'));
          if (data?.changed) follower.hear(data.changed);
          else follower.failures.push(JSON.stringify(errors));
        }
      });
      answer.on('end', () => again('end of stream'));
      answer.on('error', error => again(`broken: ${error.message}`));
    });
    request.on('error', error => !isOver && again(`broken: ${error.message}`));
    request.end(JSON.stringify({ query: FOLLOW, variables: { after } }));
  };
  connect();
  return () => {
    isOver = true;
    request?.destroy();
  };
}

/** The whole feed since a place, as it is read afterwards: of each figure the last version. */
async function readFeed(ask, after) {
  const versions = new Map();
  for (;;) {
    const { events, endCursor, hasMore } = (await ask(FEED, { after })).body.data.changes;
    for (const { id, object } of events) versions.set(id, object?.version ?? 0);
    if (!hasMore) return versions;
    after = endCursor;
  }
}

// ----------------------------------------------------------------------------------------------------------- the rehearsal

await rehearse({ name: 'upgrade', about: ABOUT, options: OPTIONS, needs: NEEDS }, async ({ options, dir, table }) => {
  const newer = options.new ?? program();
  const older = options.old ?? build(options['old-rev'] ?? before(), dir);
  for (const path of [older, newer]) if (!existsSync(path)) throw new Error(`there is no ${path}`);
  const [seconds, probe] = [Number(options.seconds), Number(options.probe)];

  const pg = await postgres(dir);
  const env = {
    DATABASE_URL: pg.url,
    COTMOC_SECRET_KEY: secret(),
    COTMOC_STORAGE: join(dir, 'files'),
    COTMOC_NODES: '2',
    COTMOC_POOL_SIZE: '12',
    COTMOC_TRUSTED_PROXIES: '127.0.0.1',
    COTMOC_SECOND_FACTOR_ROLES: 'none',
    COTMOC_DRAIN_DELAY: drainDelay(probe),
    // Longer than an export takes: what is not whole by then is broken off.
    COTMOC_SHUTDOWN_GRACE: '60s',
  };
  say('loading the demo with the release before');
  await demo(dir, older, env);
  const place = people(pg.sql, { communes: 8, indicators: 300 });
  const migrations = () => pg.sql('SELECT version FROM __diesel_schema_migrations ORDER BY version').length;
  const migrationsBefore = migrations();
  const nodes = [await Node.make('a', { dir, env, program: older }), await Node.make('b', { dir, env, program: older })];
  for (const node of nodes) await node.start();
  const front = await proxy(dir, nodes, probe);
  const isServed = node => front.isUp(node.name);
  while (!((await isServed(nodes[0])) && (await isServed(nodes[1])))) await sleep(100);

  const office = await Person.signIn(front.url, 'thuong.truc', { address: '198.18.5.1' });
  const anybody = new Client(front.url, { address: '198.18.5.2' });
  const begin = (await anybody.ask('{ changeCursor }')).body.data.changeCursor;
  const followers = [];
  const ends = [];
  const follow = (count, who, transport, way, token) => {
    for (let number = 0; number < count; number++) {
      const follower = new Follower(who, transport);
      ends.push(way(front.url, begin, token, follower, `198.18.6.${followers.length + 1}`));
      followers.push(follower);
    }
  };
  const token = () => office.token();
  follow(5, 'public', 'WebSocket', followBySocket);
  follow(5, 'office', 'WebSocket', followBySocket, token);
  follow(3, 'public', 'stream', followByStream);
  follow(3, 'office', 'stream', followByStream, token);

  const load = new Load(front.url, place);
  await load.writers(3);
  await load.peoplesReaders(['bao.cao', 'thu.truong', 'lanh.dao', 'thanh.tra']);
  await load.slowOnes('lanh.dao');
  load.readers(6);
  load.asOfReader();
  load.signIns(['bao.cao.7', 'thu.truong.7', 'bao.cao.8', 'thu.truong.8']);
  load.begin();
  say('under load');
  await sleep(seconds * 1000);

  const replaced = [];
  const replace = async (node, path, phase) => {
    load.phase = phase;
    say(`${phase}: node ${node.name} is told to stop`);
    const start = performance.now();
    const code = await node.stop(120);
    const stopped = performance.now();
    await node.start(path);
    const ready = performance.now();
    while (!(await isServed(node))) await sleep(100);
    replaced.push({ phase, node: node.name, code, stop: stopped - start, start: ready - stopped });
    say(`${phase}: node ${node.name} serves again`);
    await sleep(seconds * 1000);
  };
  for (const node of nodes) await replace(node, newer, 'upgrade');
  const migrationsAfter = migrations();
  let back = 'serves';
  try {
    for (const node of nodes) await replace(node, older, 'back');
  } catch (error) {
    back = error.message;
  }
  load.phase = 'after';
  await sleep(seconds * 1000);
  await load.stop();
  say('the load has stopped');

  // What the last change told takes a moment.
  const ofPublic = await readFeed((query, variables) => anybody.ask(query, variables), begin);
  const ofOffice = await readFeed((query, variables) => office.tell(query, variables), begin);
  const wanted = { public: ofPublic, office: ofOffice };
  const lacks = follower => [...wanted[follower.who]].filter(([id, of]) => (follower.versions.get(id) ?? -1) < of);
  const end = Date.now() + 10_000;
  while (followers.some(follower => lacks(follower).length > 0) && Date.now() < end) await sleep(200);
  followers.forEach(follower => (follower.isOver = true));
  ends.forEach(close => close());

  const stored = pg.sql(`SELECT count(*), count(DISTINCT (indicator_id, subject_id)) FROM measurement
    WHERE indicator_id IN (SELECT id FROM indicator WHERE code LIKE 'dien\\_tap\\_%')`)[0].map(Number);
  const servers = await front.servers();
  const sum = name => servers.reduce((total, server) => total + Number(server[name] || 0), 0);

  table.add('release before', version(older));
  table.add('release of today', version(newer));
  table.add('migrations applied while the other node served', migrationsAfter - migrationsBefore, 'at least 1', migrationsAfter > migrationsBefore);
  for (const { phase, node, code, stop, start } of replaced) {
    table.add(`${phase}, node ${node}: stop, start`, `${(stop / 1000).toFixed(1)} s, ${(start / 1000).toFixed(1)} s`, 'ends with 0', code === 0);
  }
  table.add('the release before on the schema of today', back, 'serves', back === 'serves');
  table.add('requests', load.sent);
  table.add('of them failed', load.failures.length, '0', load.failures.length === 0);
  for (const phase of ['before', 'upgrade', 'back', 'after']) {
    const all = load.milliseconds.get(phase) ?? [];
    table.add(`median and 99 of 100, ${phase}`, `${quantile(all).toFixed(0)} and ${quantile(all, 0.99).toFixed(0)} ms`);
  }
  table.add('as of an instant: asked, UNAVAILABLE while migrating', `${load.asOf.sent}, ${load.asOf.unavailable}`);
  table.add('sent by HAProxy to another node (never reached one)', `${sum('wredis')} of ${sum('wretr')} tries`);
  table.add('figures acknowledged', load.acknowledged.size, 'some', load.acknowledged.size > 0);
  table.add('figures stored, places filled', stored.join(', '), 'as many', stored.every(count => count === load.acknowledged.size));
  const told = [...load.acknowledged].filter(([id, { version: of }]) => (ofOffice.get(id) ?? -1) < of).length;
  table.add('acknowledged, but not in the feed', told, '0', told === 0);
  for (const transport of ['WebSocket', 'stream']) {
    const these = followers.filter(follower => follower.transport === transport);
    const all = field => these.flatMap(follower => follower[field]);
    const right = transport === 'WebSocket' ? '1012' : 'end of stream';
    const others = all('ends').filter(how => how !== right);
    table.add(`${transport}: followers, connections ended`, `${these.length}, ${all('ends').length}`);
    table.add(`${transport}: ended by anything but ${right}`, others.length, '0', others.length === 0);
    table.add(`${transport}: longest away`, `${Math.max(0, ...all('away')).toFixed(0)} ms`, '≤ 1000 ms', Math.max(0, ...all('away')) <= 1000);
    table.add(`${transport}: failures`, all('failures').length, '0', all('failures').length === 0);
    table.add(`${transport}: events heard`, these.reduce((count, { cursors }) => count + cursors.size, 0));
    const lost = these.reduce((count, follower) => count + lacks(follower).length, 0);
    table.add(`${transport}: changes lost`, lost, '0', lost === 0);
    const doubled = these.reduce((count, follower) => count + follower.doubled, 0);
    const unread = these.reduce((count, follower) => count + follower.unread, 0);
    table.add(`${transport}: events whose figure could not be read`, unread, '0', unread === 0);
    table.add(`${transport}: events twice`, doubled, '0', doubled === 0);
    [...new Set([...others, ...all('failures')])].slice(0, 10).forEach(line => say(`${transport}: ${line}`));
  }
  for (const node of nodes) for (const line of node.complaints()) say(`log of ${node.name}: ${line}`);
});
