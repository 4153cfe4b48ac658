// A primary with two streaming replicas loses its machine, again and again, while people hand in figures: another one takes over, by
// Patroni or by an operator's hand. Nothing acknowledged is lost, and the servers go on by themselves.
import { dirname, join } from 'node:path';

import { SETTINGS, Writers, again, loadDemo } from './figures.mjs';
import { Client, Node, find, freePort, program, rehearse, run, say, secret, sleep, start, until, version } from './lib.mjs';
import { Cluster, PASSWORDS, USER, asPostgres, file, folder, killBelow, killServer, makeDatabase, serverOf, template } from './postgres.mjs';

const about = `
Kills (SIGKILL) the primary of three PostgreSQL while people hand in figures with idempotency keys, and sends again whatever was not
acknowledged. Measured is the time from the kill until a change is acknowledged again, what of the acknowledged is lost, and the codes
that clients see. The server is not started again, and must not be.

  --by patroni    Patroni with etcd sees to it; configuration: postgres/patroni.yml. The killed machine comes back as a replica,
                  then the next primary is killed.
  --by operator   synchronous_standby_names = 'ANY 1 (…)', no program watches: after --reaction seconds somebody promotes the replica
                  that has received more and points the other one at it.

  --through haproxy   DATABASE_URL names HAProxy, which asks Patroni who is the primary; configuration: postgres/haproxy.cfg
  --through hosts     DATABASE_URL names all three, with target_session_attrs=read-write

Takes three to four minutes.`;

const options = {
  by: { type: 'string', default: 'patroni', what: 'patroni or operator' },
  through: { type: 'string', what: 'haproxy or hosts (haproxy with patroni, hosts with operator)' },
  rounds: { type: 'string', default: '3', what: 'how many times a primary is killed; by an operator once' },
  reaction: { type: 'string', default: '5', what: 'how many seconds an operator takes to begin' },
  writers: { type: 'string', default: '8', what: 'how many people write at once' },
};
const byPatroni = !process.argv.join(' ').includes('operator');
const needs = {
  initdb: 'postgresql',
  haproxy: 'haproxy',
  ...(byPatroni ? { patroni: 'patroni', etcd: 'etcd-server' } : {}),
};
const NAMES = ['mot', 'hai', 'ba'];
const BAR = 30;

/** Whether a connection to there takes changes. */
function leads(address) {
  try {
    return run(find('psql'), [address, '-Atc', 'SELECT NOT pg_is_in_recovery()']).trim() === 't';
  } catch {
    return false;
  }
}

await rehearse({ name: 'failover', about, options, needs }, async ({ options: given, dir, table }) => {
  process.on('exit', () => killBelow(dir));
  const path = program();
  const through = given.through ?? (byPatroni ? 'haproxy' : 'hosts');
  if (!byPatroni && through === 'haproxy') throw new Error('HAProxy asks Patroni who is the primary: with --by operator there is none');
  say(version(path));
  const machines = await (byPatroni ? patroni(dir) : standbys(dir));
  const database = through === 'haproxy' ? `127.0.0.1:${await haproxy(dir, machines.all)}` : machines.all.map(({ port }) => `127.0.0.1:${port}`).join(',');
  const addressOf = login => `postgres://${login}:${PASSWORDS[login]}@${database}/cotmoc${through === 'hosts' ? '?target_session_attrs=read-write' : ''}`;
  const addresses = { DATABASE_URL: addressOf('cotmoc'), MIGRATE_DATABASE_URL: addressOf('cotmoc_owner') };
  const env = { ...SETTINGS, COTMOC_SECRET_KEY: secret(), COTMOC_STORAGE: join(dir, 'files') };
  const rounds = byPatroni ? Number(given.rounds) : 1;

  const primary = () => machines.primary();
  const asked = { sql: (text, database_) => primary().sql(text, database_), addresses };
  makeDatabase(asked.sql);
  // Until it has asked Patroni for the first time, HAProxy takes any of them for the primary.
  await until('the address leads to the primary', () => leads(addresses.MIGRATE_DATABASE_URL));
  const place = await loadDemo(asked, { dir, program: path, env, communes: Number(given.writers), indicators: 3000 });
  const node = await Node.make('node', { dir, program: path, env: { ...env, ...addresses } });
  await node.start();
  const { pid } = node;
  const writers = await new Writers([node.url], place, { random: Math.random, again: true }).start();
  const readers = read(node.url, 4);
  say(`people write, by ${byPatroni ? 'Patroni' : 'an operator'}, through ${through}`);

  const returned = [];
  for (let round = 1; round <= rounds; round++) {
    await until('two replicas stream, and changes wait for one', () => machines.isWhole(primary()), 180, 500);
    await sleep(3000 + Math.random() * 5000);
    const dead = primary();
    const killed = Date.now();
    await machines.kill(dead);
    say(`${dead.name} was killed`);
    const next = await machines.takeOver(dead, given);
    const first = await until('a change is acknowledged again', () => writers.notes.find(({ begun, acked }) => acked > killed && begun > killed), 120, 20)
      .then(() => Math.min(...writers.acknowledged.filter(({ acked, begun }) => acked > killed && begun > killed).map(({ acked }) => acked)));
    returned.push((first - killed) / 1000);
    say(`${(await next).name} took over; a change was acknowledged after ${returned.at(-1).toFixed(1)} s`);
    await sleep(3000);
    await machines.back(dead);
  }
  await sleep(2000);
  await writers.stop();
  readers.stop();
  const now = primary();
  const held = new Set(now.sql('SELECT key FROM idempotency_record WHERE answer IS NOT NULL').map(([key]) => key));
  const lost = writers.acknowledged.filter(({ variables }) => !held.has(variables.key)).length;
  const twice = now.one(`SELECT count(*) FROM (SELECT measurement_id FROM measurement_revision JOIN measurement ON measurement.id = measurement_id
    JOIN indicator ON indicator.id = indicator_id WHERE indicator.code LIKE 'dien\\_tap\\_%' GROUP BY 1 HAVING count(*) > 1) AS twice`);
  const some = writers.acknowledged.filter(() => Math.random() < 100 / writers.acknowledged.length);
  const differ = await again(node.url, some);
  const verified = run(path, ['audit', 'verify'], { env: { ...env, ...addresses, COTMOC_DATA_DIR: node.dir } }).trim().split('\n')[0];

  table.add('primaries killed', rounds);
  table.add('kill until a change is acknowledged again', returned.map(seconds => `${seconds.toFixed(1)} s`).join(', '), `each < ${BAR} s`, Math.max(...returned) < BAR);
  table.add('changes acknowledged', writers.acknowledged.length, 'some', writers.acknowledged.length > 100);
  table.add('of these lost', lost, '0', lost === 0);
  table.add('figures that were written twice', twice, '0', twice === '0');
  table.add(`${some.length} acknowledged changes sent again`, `${differ} differ`, '0 differ', differ === 0);
  table.add('cotmoc audit verify', verified.slice(0, 60), 'sound', true);
  const told = codes => [...codes].sort().map(([code, times]) => `${code} ${times}`).join(', ');
  const wrong = codes => [...codes.keys()].filter(code => !['OK', 'UNAVAILABLE', 'TIMEOUT', 'CONFLICT'].includes(code));
  table.add('codes that writers were told', told(writers.codes), 'OK, or come again', wrong(writers.codes).length === 0);
  table.add('codes that readers were told', told(readers.codes), 'OK, or come again', wrong(readers.codes).length === 0);
  table.add('the server went on by itself', node.pid === pid && (await node.isReady()) ? 'yes' : 'no', 'yes', node.pid === pid && (await node.isReady()));
});

/** Some who only read; how often which code was answered. */
function read(base, people) {
  const codes = new Map();
  let going = true;
  const one = async n => {
    const client = new Client(base, { address: `10.2.0.${n}` });
    while (going) {
      const answer = await client.ask('{ agencies(first: 1) { nodes { id } } }').catch(() => undefined);
      const code = answer?.body ? (answer.body.errors?.[0].extensions.code ?? 'OK') : 'NETWORK';
      codes.set(code, (codes.get(code) ?? 0) + 1);
      await sleep(200);
    }
    client.close();
  };
  for (let n = 1; n <= people; n++) one(n);
  return { codes, stop: () => (going = false) };
}

// -------------------------------------------------------------------------------------------------------------------- Patroni

/** Three machines with Patroni, and an etcd. */
async function patroni(dir) {
  const [client, peer] = [await freePort(), await freePort()];
  const etcd = folder(join(dir, 'etcd'));
  const of = port => `http://127.0.0.1:${port}`;
  start(find('etcd'), ['--data-dir', etcd, '--listen-client-urls', of(client), '--advertise-client-urls', of(client), '--listen-peer-urls', of(peer),
    '--initial-advertise-peer-urls', of(peer), '--initial-cluster', `default=${of(peer)}`], { ...USER, cwd: '/', log: join(dir, 'etcd.log') });
  const rewind = PASSWORDS.postgres.split('').reverse().join('');
  const all = [];
  for (const name of NAMES) {
    const machine = await Cluster.place(name, { dir });
    machine.rest = await freePort();
    const values = { name, address: '127.0.0.1', rest: machine.rest, port: machine.port, etcd: `127.0.0.1:${client}`, data: machine.data, home: machine.home };
    machine.configuration = file(join(machine.home, 'patroni.yml'), template('postgres/patroni.yml', { ...values, programs: dirname(find('initdb')), ...PASSWORDS, rewind }));
    machine.watch = () => {
      machine.patroni = start(find('patroni'), [machine.configuration], { ...USER, cwd: machine.home, log: machine.log, last: 'SIGTERM' });
    };
    all.push(machine);
    machine.watch();
    // The first one makes the cluster, the others copy it.
    await until(`${name} answers`, () => machine.answers(), 120, 300);
  }
  const role = async machine => {
    const { status } = await new Client(`http://127.0.0.1:${machine.rest}`).get('/primary').catch(() => ({ status: 0 }));
    return status === 200;
  };
  const primaryOf = async () => {
    for (const machine of all) if (await role(machine)) return machine;
    return undefined;
  };
  let primary = await until('there is a primary', primaryOf, 120, 300);
  return {
    all,
    primary: () => primary,
    isWhole: machine => {
      const rows = machine.sql('SELECT sync_state FROM pg_stat_replication WHERE state = \'streaming\'', 'postgres');
      return rows.length === 2 && rows.some(([state]) => state === 'sync' || state === 'quorum');
    },
    async kill(machine) {
      killServer(serverOf(machine.data), machine.patroni.pid);
      await machine.patroni.ended;
    },
    takeOver: async () => {
      primary = await until('another one is the primary', primaryOf, 120, 100);
      return primary;
    },
    async back(machine) {
      machine.watch();
      await until(`${machine.name} is back as a replica`, () => machine.answers() && machine.one('SELECT pg_is_in_recovery()', 'postgres') === 't', 120, 300);
      say(`${machine.name} is back as a replica`);
    },
  };
}

/** HAProxy that leads to whichever is the primary; answers its port. */
async function haproxy(dir, machines) {
  const port = await freePort();
  const servers = machines.map(({ name, port: to, rest }) => `  server ${name} 127.0.0.1:${to} check port ${rest}`).join('\n');
  const configuration = file(join(dir, 'haproxy.cfg'), template('postgres/haproxy.cfg', { port, servers }));
  start(find('haproxy'), ['-db', '-f', configuration], { log: join(dir, 'haproxy.log') });
  return port;
}

// ------------------------------------------------------------------------------------------------------------- by an operator

/** A primary with two replicas, of which one has to have each change before it is acknowledged. */
async function standbys(dir) {
  const settings = { wal_log_hints: 'on' };
  const first = await Cluster.place(NAMES[0], { dir, settings });
  await first.init();
  first.sql(`CREATE ROLE replicator LOGIN REPLICATION PASSWORD '${PASSWORDS.replicator}'`, 'postgres');
  const all = [first];
  for (const name of NAMES.slice(1)) all.push(await Cluster.replicaOf(first, name, { dir, settings }));
  // Once they are there, or nothing would be acknowledged; on all of them, for each may become the primary.
  for (const machine of all) {
    machine.sql(`ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (${NAMES.join(', ')})'`, 'postgres');
    machine.sql('SELECT pg_reload_conf()', 'postgres');
  }
  let primary = first;
  return {
    all,
    primary: () => primary,
    isWhole: machine => machine.one("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming' AND sync_state = 'quorum'", 'postgres') === '2',
    kill: machine => machine.kill(),
    async takeOver(dead, { reaction }) {
      await sleep(Number(reaction) * 1000);
      const replicas = all.filter(machine => machine !== dead);
      // What was acknowledged is on at least one of them: on the one that has received more.
      const received = machine => BigInt(machine.one("SELECT pg_wal_lsn_diff(coalesce(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()), '0/0')", 'postgres'));
      const [next, other] = replicas.sort((one, two) => (received(one) > received(two) ? -1 : 1));
      asPostgres('pg_ctl', ['promote', '-D', next.data]);
      next.sql(`SELECT pg_create_physical_replication_slot('${other.name}')`, 'postgres');
      other.sql(`ALTER SYSTEM SET primary_conninfo = 'host=127.0.0.1 port=${next.port} user=replicator password=${PASSWORDS.replicator} application_name=${other.name}'`, 'postgres');
      other.sql('SELECT pg_reload_conf()', 'postgres');
      primary = next;
      return next;
    },
    back: async () => {},
  };
}
