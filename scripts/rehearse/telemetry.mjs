// Traces, as a real collector receives them: rotel, an OpenTelemetry collector in one program.
//
// A node is told its address, a request comes with a trace of its client's, and the collector shows what has arrived of it. Then the
// collector is killed while requests come, and started again.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Client, Node, freePort, postgres, program, quantile, rehearse, run, say, secret, sleep, start, until, version } from './lib.mjs';

const ABOUT = `
Sends requests with a trace of their client's to a node, and looks for the spans in what a real OpenTelemetry collector has received
(rotel, from the Python package of that name: pip installs it into the scratch directory). Kills the collector meanwhile: requests are
answered as before, it is told once in the log, and once more when it is back.

Needs PostgreSQL, Python with venv, and a package index that pip can reach. Takes about one minute.`;

const DOCUMENT = 'query DienTap { agencies(first: 5) { totalCount nodes { code placements { __typename } } } }';

/** 32 and 16 hexadecimal digits of one's own. */
const hex = length => Array.from({ length }, () => Math.floor(Math.random() * 16).toString(16)).join('');

async function collector(dir, port, log) {
  const agent = run('find', [join(dir, 'venv'), '-name', 'rotel-agent', '-type', 'f']).trim();
  const args = ['start', '--otlp-http-endpoint', `127.0.0.1:${port}`, '--otlp-grpc-endpoint', `127.0.0.1:${await freePort()}`,
    '--exporter', 'blackhole', '--debug-log', 'traces', '--debug-log-verbosity', 'detailed', '--log-format', 'text'];
  const child = start(agent, args, { cwd: dir, log });
  await until('the collector listens', async () => {
    try {
      await new Client(`http://127.0.0.1:${port}`).get('/');
      return true;
    } catch {
      return false;
    }
  });
  return child;
}

await rehearse({ name: 'telemetry', about: ABOUT, needs: { initdb: 'postgresql', python3: 'python3-venv' } }, async ({ dir, table }) => {
  const path = program();
  say(`rehearsing ${version(path)}`);
  run('python3', ['-m', 'venv', join(dir, 'venv')]);
  run(join(dir, 'venv/bin/pip'), ['install', '--quiet', '--disable-pip-version-check', 'rotel']);
  const database = await postgres(dir);
  const [port, log] = [await freePort(), join(dir, 'collector.log')];
  let receiving = await collector(dir, port, log);
  const env = {
    DATABASE_URL: database.url, COTMOC_SECRET_KEY: secret(), COTMOC_OTLP_ENDPOINT: `http://127.0.0.1:${port}`, COTMOC_TRACE_SHARE: '0',
  };
  const node = await (await Node.make('node', { dir, program: path, env, args: ['--demo'] })).start();
  const client = new Client(node.url);
  const ask = trace => client.ask(DOCUMENT, {}, undefined, trace ? { traceparent: `00-${trace}-${hex(16)}-01` } : {});
  const received = () => readFileSync(log, 'utf8');
  const arrived = trace => until(`trace ${trace} has arrived`, () => received().includes(trace), 20).then(() => true, () => false);

  const first = hex(32);
  const answer = await ask(first);
  table.add('a request with a trace', answer.status, '200', answer.status === 200);
  table.add('its trace is at the collector', await arrived(first), 'within 20 s', received().includes(first));
  for (const name of ['POST /graphql', 'query DienTap', 'PlacementsOf', 'SELECT']) {
    table.add(`a span ${name}`, received().includes(name), 'is there', received().includes(name));
  }
  table.add('service.name', received().includes('cotmoc'), 'cotmoc', received().includes('cotmoc'));

  const silent = hex(32);
  await client.ask(DOCUMENT, {}, undefined, { traceparent: `00-${silent}-${hex(16)}-00` });

  say('the collector is killed');
  receiving.kill('SIGKILL');
  await receiving.ended;
  const times = [];
  for (let count = 0; count < 40; count += 1) {
    const { status, ms } = await ask(count % 4 === 0 ? hex(32) : undefined);
    if (status !== 200) throw new Error(`answered ${status} while the collector is away`);
    times.push(ms);
    await sleep(50);
  }
  table.add('without a collector: the slowest tenth of 40 requests', `${quantile(times, 0.9).toFixed(1)} ms`, 'under 1 s', quantile(times, 0.9) < 1000);
  await until('the log says that it is away', () => readFileSync(node.log, 'utf8').includes('takes no traces'), 20);

  receiving = await collector(dir, port, log);
  const again = hex(32);
  await ask(again);
  table.add('started again, the next trace is there', await arrived(again), 'within 20 s', received().includes(again));
  table.add('a trace that its client does not want', received().includes(silent) ? 'arrived' : 'nowhere', 'nowhere', !received().includes(silent));
  const last = hex(32);
  await ask(last);
  const code = await node.stop();
  table.add('the node stops', code, '0', code === 0);
  table.add('what was left at the stop is there', await arrived(last), 'within 20 s', received().includes(last));
  const complaints = readFileSync(node.log, 'utf8').split('takes no traces').length - 1;
  table.add('lines of the log that it is away', complaints, '1', complaints === 1);
});
