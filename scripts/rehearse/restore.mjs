// Backups with every moment in them, by pgBackRest: while people hand in figures, everything is killed at a random second, and
// restored to the end and to moments in the past.
import { cpSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { SETTINGS, Writers, again, loadDemo, sha256 } from './figures.mjs';
import { Node, program, rehearse, run, say, secret, sleep, until, version } from './lib.mjs';
import { Cluster, USER, asPostgres, chance, contents, file, folder, killBelow, killServer, makeDatabase, tablesOf, template } from './postgres.mjs';

const about = `
Restores a cluster by pgBackRest after everything was killed (SIGKILL) while people handed in figures with idempotency keys.

  end      from a backup, the archive, and the WAL of the crashed cluster: nothing acknowledged is lost, and all tables are as in
           the crashed cluster, which recovers by itself for this comparison
  archive  from a backup and the archive alone, as if the disk had burnt: what is lost is younger than archive_timeout
  moment   to a random moment T: all that was acknowledged before T is there and nothing that was begun after it; each table with
           history holds what the first restore remembers of it as of T (as_of)

On each a server starts, the audit trail is verified, acknowledged changes sent again give their first answer, and the bytes of each
attachment are in the copy that was made of them meanwhile. Takes two to three minutes.`;

const options = {
  seed: { type: 'string', what: 'for the randomness: when everything is killed, and which parts of that time are restored' },
  seconds: { type: 'string', default: '30', what: 'how long people write at most before the crash' },
  moments: { type: 'string', default: '2', what: 'how many moments in the past are restored' },
  writers: { type: 'string', default: '6', what: 'how many people write at once' },
};
const needs = {
  pgbackrest: 'pgbackrest',
  initdb: 'postgresql',
};
/** How old what is lost with the disk may be. A server of a province takes 60. */
const ARCHIVE_TIMEOUT = 5;
const STANZA = '--stanza=cotmoc';

await rehearse({ name: 'restore', about, options, needs }, async ({ options: given, dir, table }) => {
  process.on('exit', () => killBelow(dir));
  const seed = given.seed ?? String(Date.now());
  const random = chance(seed);
  const path = program();
  say(`seed ${seed}, ${version(path)}, ${run('pgbackrest', ['version']).trim()}`);
  table.add('seed', seed);

  // ------------------------------------------------------------------------------------------------ a cluster with an archive
  const repository = folder(join(dir, 'repository'));
  const configuration = join(dir, 'pgbackrest.conf');
  const backrest = (...args) => asPostgres('pgbackrest', [`--config=${configuration}`, STANZA, ...args]);
  const archiving = {
    archive_mode: 'on',
    archive_command: `pgbackrest --config=${configuration} ${STANZA} archive-push %p`,
    archive_timeout: `${ARCHIVE_TIMEOUT}s`,
    wal_level: 'replica',
    // For the comparison alone: which transaction ended when.
    track_commit_timestamp: 'on',
  };
  const first = await Cluster.place('first', { dir, settings: archiving });
  const places = { repository, logs: folder(join(dir, 'logs')), locks: folder(join(dir, 'locks')) };
  const configure = ({ data, port, home }) => file(configuration, template('postgres/pgbackrest.conf', { ...places, data, port, socket: home }));
  configure(first);
  await first.init();
  makeDatabase((text, database) => first.sql(text, database));
  backrest('stanza-create');
  backrest('check');

  const files = join(dir, 'files');
  const copy = join(dir, 'files-copied');
  const env = { ...SETTINGS, COTMOC_SECRET_KEY: secret() };
  const place = await loadDemo(first, { dir, program: path, env, communes: Number(given.writers), indicators: 800 });
  say('the demo is in; a full backup');
  backrest('backup', '--type=full');

  // ----------------------------------------------------------------------------------------------- people write until the crash
  const node = await serve('node', first, path, { dir, env, files });
  const writers = await new Writers([node.url], place, { random: chance(`${seed} writers`), files: 0.1 }).start();
  const began = Date.now();
  const copying = copyFiles(files, copy);
  const seconds = Number(given.seconds);
  const crash = seconds / 2 + (random() * seconds) / 2;
  say(`people write; everything is killed in ${crash.toFixed(1)} seconds`);
  await sleep((crash / 3) * 1000);
  backrest('backup', '--type=diff');
  say('a differential backup was made meanwhile');
  await sleep(began + crash * 1000 - Date.now());
  killServer(first.child.pid, node.pid);
  const crashed = Date.now();
  await Promise.all([first.child.ended, node.child.ended, writers.stop()]);
  const copied = await copying.stop();
  const { acknowledged, notes } = writers;
  const unknown = notes.length - acknowledged.length;
  say(`killed: ${acknowledged.length} changes were acknowledged, ${unknown} were not`);
  table.add('people wrote for', `${((crashed - began) / 1000).toFixed(1)} s`);
  table.add('changes acknowledged', acknowledged.length, 'some', acknowledged.length > 50);
  table.add('changes that were begun and not acknowledged', unknown);

  const wal = join(dir, 'crashed-wal');
  cpSync(join(first.data, 'pg_wal'), wal, { recursive: true });

  // ------------------------------------------------------------------------------------------------------------------ restores
  /** Restores into a new directory, starts it and waits until it takes changes. */
  const restore = async (name, args, before = () => {}, settings = { track_commit_timestamp: 'on' }) => {
    const begin = Date.now();
    const cluster = await Cluster.place(name, { dir, settings });
    folder(cluster.data);
    // Beside the others, so that none writes into the archive of all.
    const beside = settings.archive_mode ? [] : ['--archive-mode=off'];
    backrest(`--pg1-path=${cluster.data}`, ...beside, ...args, 'restore');
    before(cluster);
    await cluster.start();
    await until(`${name} takes changes`, () => cluster.one('SELECT pg_is_in_recovery()') === 'f', 120);
    cluster.took = Date.now() - begin;
    cluster.lastCommit = cluster.one('SELECT timestamp FROM pg_last_committed_xact()');
    return cluster;
  };
  const keysOf = cluster => new Set(cluster.sql('SELECT key FROM idempotency_record WHERE answer IS NOT NULL').map(([key]) => key));
  /** What is the same on each: a server, the trail, the answers, the files. */
  const examine = async (name, cluster, known, from) => {
    const server = await serve(name, cluster, path, { dir, env, files: from });
    table.add(`${name}: a server starts and is ready`, 'yes', 'yes', true);
    const verified = run(path, ['audit', 'verify'], { env: { ...env, ...cluster.addresses, COTMOC_DATA_DIR: server.dir } }).trim();
    table.add(`${name}: cotmoc audit verify`, verified.split('\n')[0].slice(0, 60), 'sound', true);
    const some = known.filter(() => Math.random() < 100 / known.length);
    const differ = await again(server.url, some);
    table.add(`${name}: ${some.length} acknowledged changes sent again`, `${differ} differ`, '0 differ', differ === 0);
    const { all, lost } = bytesOf(cluster, from);
    table.add(`${name}: attachments whose bytes are missing`, `${lost} of ${all}`, '0', lost === 0 && all > 0);
    await server.stop();
  };

  say('restore to the end, with the WAL of the crashed cluster');
  const end = await restore('end', [], cluster => {
    // As somebody does who still has the disk: what was not archived yet is there.
    for (const segment of readdirSync(wal).filter(segment => /^[0-9A-F]{24}$|\.history$/.test(segment))) {
      cpSync(join(wal, segment), join(cluster.data, 'pg_wal', segment), { force: false, errorOnExist: false });
    }
    if (USER.uid !== undefined) run('chown', ['-R', 'postgres:', join(cluster.data, 'pg_wal')]);
  });
  table.add('end: restored and taking changes after', `${(end.took / 1000).toFixed(1)} s`);
  const atEnd = keysOf(end);
  const lost = acknowledged.filter(({ variables }) => !atEnd.has(variables.key));
  table.add('end: acknowledged changes that are lost', lost.length, '0', lost.length === 0);

  // The crashed cluster recovers by itself: another way to the same end.
  first.settings = { ...first.settings, archive_mode: 'off' };
  await first.start();
  const tables = tablesOf(end, 'public', 'history').map(name => ({ name }));
  compare(table, 'end: tables that differ from the crashed cluster', contents(end, tables), contents(first, tables));
  await first.stop();

  say('restore from the archive alone');
  const archive = await restore('archive', []);
  const inArchive = keysOf(archive);
  const burnt = acknowledged.filter(({ variables }) => !inArchive.has(variables.key));
  const oldest = burnt.length === 0 ? 0 : (crashed - Math.min(...burnt.map(({ acked }) => acked))) / 1000;
  table.add('archive: acknowledged changes that went with the disk', burnt.length);
  // Archiving a segment takes a moment, and the clock of archive_timeout is looked at once a second.
  table.add('archive: age of the oldest of them', `${oldest.toFixed(1)} s`, `< ${ARCHIVE_TIMEOUT} s + 3 s`, oldest < ARCHIVE_TIMEOUT + 3);
  const lastArchived = Date.parse(archive.lastCommit.replace(' ', 'T').replace(/\+00$/, 'Z'));
  await archive.stop();

  for (let n = 1; n <= Number(given.moments); n++) {
    const name = `moment ${n}`;
    const moment = Math.floor(began + random() * (lastArchived - began));
    const target = new Date(moment).toISOString().replace('T', ' ').replace('Z', '+00');
    say(`restore to ${target}`);
    const past = await restore(`moment-${n}`, ['--type=time', `--target=${target}`, '--target-action=promote']);
    table.add(`${name}: T, seconds after people began`, ((moment - began) / 1000).toFixed(3));
    table.add(`${name}: restored and taking changes after`, `${(past.took / 1000).toFixed(1)} s`);
    const there = keysOf(past);
    const before = acknowledged.filter(({ acked }) => acked <= moment);
    const after = notes.filter(({ begun }) => begun > moment);
    const missing = before.filter(({ variables }) => !there.has(variables.key)).length;
    const tooLate = after.filter(({ variables }) => there.has(variables.key)).length;
    table.add(`${name}: acknowledged before T and missing`, `${missing} of ${before.length}`, '0', missing === 0);
    table.add(`${name}: begun after T and there`, `${tooLate} of ${after.length}`, '0', tooLate === 0);
    asOf(table, name, end, past);
    await examine(name, past, before, copied);
    await past.stop();
  }
  await examine('end', end, acknowledged, files);
  await end.stop();

  say('restore in earnest: it takes the place of the first one, and goes on archiving');
  const anew = await restore('anew', [], configure, archiving);
  backrest('check');
  backrest('backup', '--type=full');
  table.add('anew: archives and is backed up in the place of the first one', 'yes', 'yes', true);
  await anew.stop();
});

/** A node on a cluster. */
async function serve(name, cluster, path, { dir, env, files }) {
  const node = await Node.make(name.replaceAll(' ', '-'), { dir: join(dir, 'nodes'), program: path, env: { ...env, ...cluster.addresses, COTMOC_STORAGE: files } });
  return node.start();
}

/** Copies attachments each second: a part of a file is written once, so what is there already is left as it is. */
function copyFiles(from, to) {
  let going = true;
  const once = () => {
    mkdirSync(from, { recursive: true });
    mkdirSync(to, { recursive: true });
    run('cp', ['-an', `${from}/.`, `${to}/`]);
  };
  const done = (async () => {
    while (going) {
      once();
      await sleep(1000);
    }
  })();
  return {
    async stop() {
      going = false;
      await done;
      return to;
    },
  };
}

/** Whether the bytes of each attachment that is whole are there, by their hash. */
function bytesOf(cluster, from) {
  const parts = cluster.sql(`SELECT attachment.id, part.id, encode(content_hash, 'hex') FROM attachment JOIN attachment_part part ON attachment_id = attachment.id
    WHERE content_hash IS NOT NULL AND expires_at IS NULL ORDER BY attachment.id, starts_at`);
  const bytes = new Map();
  for (const [attachment, part, hash] of parts) {
    const read = () => {
      try {
        return readFileSync(join(from, attachment, part));
      } catch {
        return Buffer.alloc(0);
      }
    };
    bytes.set(attachment, { hash, parts: [...(bytes.get(attachment)?.parts ?? []), read()] });
  }
  const lost = [...bytes.values()].filter(({ hash, parts: read }) => sha256(Buffer.concat(read)) !== hash).length;
  return { all: bytes.size, lost };
}

function compare(table, what, one, other) {
  const differ = [...one.keys()].filter(name => one.get(name) !== other.get(name));
  if (differ.length > 0) say(`${what}: ${differ.join(', ')}`);
  table.add(what, `${differ.length} of ${one.size}`, '0', differ.length === 0);
}

/**
 * Compares a restore to a moment with what the restore to the end remembers of that moment: tables with history by the views
 * `as_of`, table by table; of the others, whatever was written last before that moment must be there.
 */
function asOf(table, name, end, past) {
  const known = tablesOf(past, 'history').map(history => history.slice('history.'.length)).filter(relation => relation !== 'transaction');
  const last = past.one('SELECT max(ended) FROM history.transaction');
  const then = known.map(relation => ({ name: relation, from: `as_of.${relation}` }));
  const now = known.map(relation => ({ name: relation, from: `public.${relation}` }));
  compare(table, `${name}: tables with history that differ from what is known as of T`, contents(end, then, `SELECT as_of.open('${last}');`), contents(past, now));

  const others = tablesOf(past, 'public').map(relation => relation.slice('public.'.length)).filter(relation => !known.includes(relation));
  const rows = (cluster, where) => {
    const each = others.map(relation => `SELECT '${relation}', md5(held::text) FROM public.${relation} AS held WHERE ${where};`);
    return cluster.sql(each.join('\n')).map(row => row.join(' '));
  };
  const there = new Set(rows(past, 'true'));
  const before = rows(end, `coalesce(pg_xact_commit_timestamp(held.xmin) <= '${past.lastCommit}', true)`);
  const missing = before.filter(row => !there.has(row));
  if (missing.length > 0) say(`${name}: missing in ${[...new Set(missing.map(row => row.split(' ')[0]))].join(', ')}`);
  table.add(`${name}: rows of the ${others.length} tables without history that are missing`, `${missing.length} of ${before.length}`, '0', missing.length === 0);
}
