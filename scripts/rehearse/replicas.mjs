// Reads from streaming replicas: people change something through one node and read it through another, and nobody ever sees anything
// older than what was acknowledged before they asked, whatever becomes of the replicas.
import { join } from 'node:path';

import { SETTINGS, codeOf, loadDemo, signIn } from './figures.mjs';
import { Client, Node, freePort, key, program, quantile, rehearse, say, secret, sleep, until, version } from './lib.mjs';
import { Cluster, killBelow, makeDatabase } from './postgres.mjs';

const about = `
Two nodes of cotmoc, one primary, two replicas made by pg_basebackup; the nodes read from the replicas (COTMOC_REPLICA_URLS) and keep
no answers in memory (COTMOC_ANSWER_CACHE=off). People write a draft anew through one node, again and again, and read it at once
through the other. Others, who wrote nothing, read what was acknowledged to anybody before they asked. No read may be older.

  calm     both replicas stream
  paused   one replica receives and does not replay (pg_wal_replay_pause)
  one      the other replica is killed as well (SIGKILL): no replica is of use
  both     the paused one goes on, the killed one is started again

Clients must see no error in any of them, and replicas must serve a good part of the reads wherever one is of use.
Takes three to four minutes.`;

const options = {
  sessions: { type: 'string', default: '20', what: 'how many people write and read' },
  rounds: { type: 'string', default: '3000', what: 'how many times in all somebody writes and reads, all phases together' },
  share: { type: 'string', default: '50', what: 'the least share of reads that replicas serve while one is of use, in percent' },
  without: { type: 'boolean', what: 'leave the setting out: all is read from the primary (no share is asked for)' },
};

async function rehearsal({ options: given, dir, table }) {
  process.on('exit', () => killBelow(dir));
  const path = program();
  const sessions = Number(given.sessions);
  say(version(path));
  const primary = await Cluster.place('primary', { dir, settings: { max_connections: 150 } });
  await primary.init();
  makeDatabase((text, database) => primary.sql(text, database));
  const one = await Cluster.replicaOf(primary, 'mot', { dir, settings: { max_connections: 150 } });
  const two = await Cluster.replicaOf(primary, 'hai', { dir, settings: { max_connections: 150 } });
  const env = { ...SETTINGS, COTMOC_SECRET_KEY: secret(), COTMOC_ANSWER_CACHE: 'off', COTMOC_POOL_WAIT: '10s', COTMOC_CONCURRENCY: '64', COTMOC_STORAGE: join(dir, 'files') };
  const place = await loadDemo(primary, { dir, program: path, env, communes: sessions, indicators: 5 });
  const replicas = given.without ? {} : { COTMOC_REPLICA_URLS: [one, two].map(replica => replica.url('cotmoc')).join(',') };
  const nodes = [];
  for (const name of ['node-1', 'node-2']) {
    const metrics = await freePort();
    const node = await Node.make(name, { dir, program: path, env: { ...env, ...primary.addresses, ...replicas, COTMOC_METRICS_LISTEN: `127.0.0.1:${metrics}` } });
    node.metrics = `http://127.0.0.1:${metrics}`;
    nodes.push(await node.start());
  }

  const people = [];
  for (let n = 1; n <= sessions; n++) people.push(await Session.begin(n, nodes, place));
  const nobody = () => ({ codes: new Map(), slow: [], stale: [], told: [] });
  // The first drafts, one after the other: what is measured then finds all of it warm.
  for (const person of people) await person.go(1, nobody());
  const all = nobody();
  const quarter = Number(given.rounds) / 4;

  const phase = async (name, isOfUse) => {
    const before = await reads(nodes);
    const was = { rounds: people.reduce((sum, person) => sum + person.rounds, 0), stale: all.stale.length, slow: all.slow.length };
    let going = true;
    const strangers = [1, 2, 3, 4].map(n => read(n, nodes, people, all, () => going));
    await Promise.all(people.map(person => person.go(Math.ceil(quarter / sessions), all)));
    going = false;
    await Promise.all(strangers);
    const after = await reads(nodes);
    const [fromReplicas, fromPrimary] = ['replica', 'primary'].map(from => (after.get(from) ?? 0) - (before.get(from) ?? 0));
    const share = (100 * fromReplicas) / (fromReplicas + fromPrimary || 1);
    const rounds = people.reduce((sum, person) => sum + person.rounds, 0) - was.rounds;
    const stale = all.stale.length - was.stale;
    table.add(`${name}: rounds of writing and reading`, rounds);
    table.add(`${name}: reads that were older than what was acknowledged`, stale, '0', stale === 0);
    const took = all.slow.slice(was.slow);
    table.add(`${name}: a read took, median and 99 %`, `${quantile(took).toFixed(0)} ms, ${quantile(took, 0.99).toFixed(0)} ms`);
    const bar = isOfUse && !given.without;
    table.add(`${name}: reads from replicas`, `${share.toFixed(0)} % (${fromReplicas} of ${fromReplicas + fromPrimary})`, bar ? `≥ ${given.share} %` : '', bar ? share >= Number(given.share) : undefined);
    say(`${name}: ${rounds} rounds, ${stale} stale, ${share.toFixed(0)} % from replicas`);
  };

  await phase('calm', true);
  one.sql('SELECT pg_wal_replay_pause()');
  await phase('paused', true);
  await two.kill();
  await phase('one', false);
  one.sql('SELECT pg_wal_replay_resume()');
  await two.start();
  const end = primary.one('SELECT pg_current_wal_flush_lsn()');
  for (const replica of [one, two]) {
    await until(`${replica.name} has caught up`, () => replica.one(`SELECT pg_last_wal_replay_lsn() >= '${end}'`) === 't', 60);
  }
  // A replica that was left out is tried again after a while.
  await sleep(10_000);
  await phase('both', true);

  const wrong = [...all.codes].filter(([code]) => code !== 'OK');
  table.add('codes that clients were told', [...all.codes].map(([code, times]) => `${code} ${times}`).join(', '), 'OK alone', wrong.length === 0);
  if (all.told.length > 0) say(`the first that was not OK: ${all.told[0]}`);
  if (all.stale.length > 0) say(`the first that was stale: ${JSON.stringify(all.stale[0])}`);
  const ready = await Promise.all(nodes.map(node => node.isReady()));
  table.add('the nodes went on by themselves', ready.every(Boolean) ? 'yes' : 'no', 'yes', ready.every(Boolean));
}

const DRAFT = `mutation Draft($input: DraftMeasurementInput!, $key: UUID!) {
  draftMeasurement(input: $input, idempotencyKey: $key) { measurement { id version note } userErrors { code } }
}`;
const READ = 'query Read($id: ID!) { node(id: $id) { ... on Measurement { version note } } }';

/** Somebody who writes a draft anew through one node and reads it at once through the other. */
class Session {
  rounds = 0;
  /** What was acknowledged last: its number stands in the note of the draft. */
  acknowledged = 0;

  static async begin(n, nodes, place) {
    const session = new Session();
    const [writes, reads] = n % 2 === 0 ? nodes : [...nodes].reverse();
    const address = `10.3.0.${n}`;
    session.writer = await signIn(writes.url, `bao.cao.${n}`, address);
    // The same session of the same account, at the other node.
    session.reader = new Client(reads.url, { address });
    session.figure = { indicator: place.indicators[0], subject: place.communes[n - 1], period: place.period, observation: 'FINAL', value: '10' };
    return session;
  }

  async go(rounds, all) {
    for (let n = 0; n < rounds; n++) {
      const number = this.acknowledged + 1;
      const variables = { input: { ...this.figure, note: String(number), expectedVersion: this.version }, key: key() };
      // CONFLICT is the one answer that asks for the same again at once.
      let answer;
      for (let tries = 0; tries < 5; tries++) {
        answer = await this.writer.tell(DRAFT, variables);
        if (codeOf(answer) !== 'CONFLICT') break;
      }
      if (!count(all, answer)) continue;
      const { measurement } = answer.body.data.draftMeasurement;
      [this.id, this.version, this.acknowledged] = [measurement.id, measurement.version, number];
      const read = await this.reader.ask(READ, { id: this.id }, await this.writer.token());
      this.rounds += 1;
      if (count(all, read)) check(all, read, number, 'the writer');
    }
  }
}

/** Others read what was acknowledged to anybody: with the token of whoever may see the draft, at either node. */
async function read(n, nodes, people, all, going) {
  const clients = nodes.map(node => new Client(node.url, { address: `10.4.0.${n}` }));
  while (going()) {
    const person = people[Math.floor(Math.random() * people.length)];
    if (person.id) {
      const least = person.acknowledged;
      const answer = await clients[Math.floor(Math.random() * clients.length)].ask(READ, { id: person.id }, await person.writer.token());
      if (count(all, answer)) check(all, answer, least, 'somebody else');
    }
    await sleep(20);
  }
}

/** Notes the code of an answer; true if it is OK. */
function count(all, answer) {
  const code = codeOf(answer);
  all.codes.set(code, (all.codes.get(code) ?? 0) + 1);
  if (code !== 'OK') all.told.push(answer.text);
  return code === 'OK';
}

function check(all, answer, least, who) {
  all.slow.push(answer.ms);
  const read = Number(answer.body.data.node?.note ?? 0);
  if (read < least) all.stale.push({ who, read, least });
}

/** Where the nodes have read from so far. */
async function reads(nodes) {
  const sums = new Map();
  for (const node of nodes) {
    const { text } = await new Client(node.metrics).get('/metrics');
    for (const [, from, times] of text.matchAll(/^cotmoc_db_reads_total\{.*?from="(\w+)".*?\} (\d+)/gm)) sums.set(from, (sums.get(from) ?? 0) + Number(times));
  }
  return sums;
}

await rehearse({ name: 'replicas', about, options, needs: { initdb: 'postgresql' } }, rehearsal);
