// Ten thousand who follow changes and hear nothing, what they cost in memory, and how soon all of them hear of a change.
//
// Each is a WebSocket of graphql-transport-ws with one subscription, as a phone that lies on a table has it. They come from addresses
// of their own, as a proxy tells them, and belong to several processes, so that the clients are not what is measured.
// Clients, server and PostgreSQL share the machine.
import { fork } from 'node:child_process';
import { join } from 'node:path';
import WebSocket from 'ws';
import {
  Client, ENDORSE, Node, PUBLISH, Person, SUBMIT, demo, key, memory, openFiles, people, postgres, program, quantile, rehearse, run, say, secret,
  sleep, version,
} from './lib.mjs';

const ABOUT = `
Lets 10,000 people follow changes over WebSockets, and makes changes.
Bars: at most 20 kB of memory for each of them, every one of them hears of a change within a second.

Needs PostgreSQL and a limit of open files (ulimit -Hn) of a little more than --count.
Takes two minutes. What is told of memory and time holds for a release build only.`;

const OPTIONS = {
  count: { type: 'string', default: '10000', what: 'how many follow' },
  processes: { type: 'string', default: '2', what: 'processes of clients' },
  changes: { type: 'string', default: '5', what: 'how many changes are made, one after the other' },
};

/** So many connect at once in each process. */
const AT_ONCE = 50;
const KILOBYTES = 20;
const SECOND = 1000;
/** So long it is waited for those who have not heard. */
const PATIENCE = 20_000;

if (process.env.FOLLOWERS) await followers(JSON.parse(process.env.FOLLOWERS));
else await rehearse({ name: 'subscribers', about: ABOUT, options: OPTIONS, needs: { initdb: 'postgresql' } }, main);

// --------------------------------------------------------------------------------------------------- a process of clients

/** Milliseconds of a clock that is the same in all processes of the machine. */
function now() {
  return Number(process.hrtime.bigint() / 1000n) / 1000;
}

async function followers({ url, first, count }) {
  let heard = [];
  let lost = 0;
  const follow = number => new Promise((done, failed) => {
    const address = `198.18.${number >> 8}.${number & 255}`;
    // A source of its own for each thousand: there are only so many ports.
    const localAddress = `127.0.1.${1 + Math.floor(number / 1000)}`;
    const options = { headers: { 'x-forwarded-for': address }, localAddress, perMessageDeflate: false };
    const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql/ws`, ['graphql-transport-ws'], options);
    socket.on('open', () => socket.send('{"type":"connection_init"}'));
    socket.on('error', failed);
    socket.on('close', code => {
      lost += 1;
      failed(new Error(`closed: ${code}`));
    });
    socket.on('message', bytes => {
      // Hearing comes first; what it says is looked at below.
      const time = now();
      const text = bytes.toString();
      if (text.includes('"next"')) heard.push(time);
      else if (text.includes('"connection_ack"')) {
        socket.send('{"type":"subscribe","id":"1","payload":{"query":"subscription { changed { cursor kind type } }"}}', () => done());
      } else failed(new Error(text));
    });
  });
  let next = first;
  const some = async () => {
    while (next < first + count) await follow(next++);
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, some));
    process.send({ ready: true });
  } catch (error) {
    process.send({ error: error.message });
  }
  process.on('message', () => {
    process.send({ heard, lost });
    heard = [];
  });
}

// -------------------------------------------------------------------------------------------------------- the rehearsal

async function main({ options, dir, table }) {
  const [count, processes, changes] = [options.count, options.processes, options.changes].map(Number);
  const files = run('sh', ['-c', 'ulimit -Hn']).trim();
  if (Number(files) < count + 300) throw new Error(`ulimit -Hn is ${files}: ${count + 300} open files are needed`);
  const path = program();
  const pg = await postgres(dir);
  const env = {
    DATABASE_URL: pg.url,
    COTMOC_SECRET_KEY: secret(),
    COTMOC_STORAGE: join(dir, 'files'),
    COTMOC_SECOND_FACTOR_ROLES: 'none',
    COTMOC_TRUSTED_PROXIES: '127.0.0.0/8',
    // A quarter of the places is for who has signed in.
    COTMOC_LIVE_CONNECTIONS: String(Math.ceil(count * 1.5)),
    COTMOC_CONNECTIONS: String(count + 1000),
  };
  say('loading the demo');
  await demo(dir, path, env);
  const place = people(pg.sql, { communes: 1, indicators: changes });
  const server = await (await Node.make('server', { dir, env, program: path })).start();
  const publish = await ready(server.url, place);
  // What anybody asks for: the server has done its first work before it is measured.
  const reader = new Client(server.url, { address: '198.19.0.1' });
  for (let turn = 0; turn < 50; turn++) await reader.ask('{ indicators(first: 20) { nodes { code name latestMeasurement(subject: "qng.ubnd") { value } } } }');
  await sleep(5000);
  const before = { ...memory(server.pid), files: openFiles(server.pid) };

  say(`${count} come`);
  const begin = performance.now();
  const crowd = [];
  for (let number = 0; number < processes; number++) {
    const first = Math.floor((count * number) / processes);
    const share = Math.floor((count * (number + 1)) / processes) - first;
    const child = fork(import.meta.filename, [], { env: { ...process.env, FOLLOWERS: JSON.stringify({ url: server.url, first, count: share }) } });
    child.told = () => new Promise((done, failed) => {
      child.once('message', message => (message.error ? failed(new Error(message.error)) : done(message)));
    });
    crowd.push(child);
  }
  process.on('exit', () => crowd.forEach(child => child.kill('SIGKILL')));
  await Promise.all(crowd.map(child => child.told()));
  const came = performance.now() - begin;
  say('all of them follow; a while of rest');
  await sleep(20_000);
  const idle = { ...memory(server.pid), files: openFiles(server.pid) };

  const ask = async () => {
    const told = crowd.map(child => child.told());
    crowd.forEach(child => child.send('?'));
    return Promise.all(told);
  };
  await ask();
  const rounds = [];
  for (let change = 0; change < changes; change++) {
    const sent = now();
    await publish(change);
    const answered = now();
    const times = [];
    let lost = 0;
    for (const end = sent + PATIENCE; times.length + lost < count && now() < end; ) {
      await sleep(1500);
      const told = await ask();
      times.push(...told.flatMap(({ heard }) => heard).map(time => time - sent));
      lost = told.reduce((sum, { lost: gone }) => sum + gone, 0);
    }
    rounds.push({ times, lost, answered: answered - sent });
    say(`change ${change + 1}: ${times.length} heard, the last after ${Math.max(...times).toFixed(0)} ms`);
  }
  const after = memory(server.pid);
  crowd.forEach(child => child.kill('SIGKILL'));
  await sleep(5000);
  const gone = { ...memory(server.pid), files: openFiles(server.pid) };

  const mebibytes = bytes => `${(bytes / 1048576).toFixed(1)} MiB`;
  const each = kind => (idle[kind] - before[kind]) / count / 1000;
  table.add('program', version(path));
  table.add('followers, processes of clients', `${count}, ${processes}`);
  table.add('time until all had come', `${(came / 1000).toFixed(1)} s (${(count / (came / 1000)).toFixed(0)} a second)`);
  table.add('resident before, with them, after the changes', [before, idle, after].map(({ rss }) => mebibytes(rss)).join(', '));
  table.add('proportional (PSS) before, with them', [before, idle].map(({ pss }) => mebibytes(pss)).join(', '));
  table.add('of that without files before, with them', [before, idle].map(({ anonymous }) => mebibytes(anonymous)).join(', '));
  table.add('each: resident', `${each('rss').toFixed(1)} kB`, `≤ ${KILOBYTES} kB`, each('rss') <= KILOBYTES);
  table.add('each: without files', `${each('anonymous').toFixed(1)} kB`, `≤ ${KILOBYTES} kB`, each('anonymous') <= KILOBYTES);
  for (const [number, { times, answered }] of rounds.entries()) {
    const told = [quantile(times), quantile(times, 0.99), Math.max(...times)].map(time => time.toFixed(0)).join(', ');
    table.add(`change ${number + 1}: answered; median, 99 of 100, last heard`, `${answered.toFixed(0)}; ${told} ms`, '≤ 1000 ms', Math.max(...times) <= SECOND);
  }
  const heard = rounds.map(({ times }) => times.length);
  table.add('how many heard', heard.join(', '), `${count} each`, heard.every(number => number === count));
  const lost = rounds.at(-1)?.lost ?? 0;
  table.add('connections lost', lost, '0', lost === 0);
  table.add('open files before, with them, when they had gone', `${before.files}, ${idle.files}, ${gone.files}`, 'as before', gone.files <= before.files + 5);
}

/** Figures that only have to be published: then everybody may see them. */
async function ready(url, { period, communes, indicators }) {
  const sign = (login, number) => Person.signIn(url, login, { address: `198.19.1.${number}` });
  const [reporter, head, office] = [await sign('bao.cao.1', 1), await sign('thu.truong.1', 2), await sign('thuong.truc', 3)];
  const change = async (person, mutation, input) => {
    const { text, body } = await person.tell(mutation, { input, key: key() });
    const figure = Object.values(body?.data ?? {})[0]?.measurement;
    if (!figure) throw new Error(text);
    return figure;
  };
  const seen = ({ id, version: expectedVersion, contentHash }) => ({ measurement: id, expectedVersion, contentHash });
  const endorsed = [];
  for (const indicator of indicators) {
    const figure = { indicator, subject: communes[0], period, value: '5', observation: 'FINAL', submit: true };
    const submitted = await change(reporter, SUBMIT, figure);
    endorsed.push(await change(head, ENDORSE, seen(submitted)));
  }
  return number => change(office, PUBLISH, seen(endorsed[number]));
}
