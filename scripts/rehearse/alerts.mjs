// The dashboard and the alert rules in deploy/, held against a server that runs.
//
// A rule over a metric or a label that nobody tells is silent for ever, and nobody notices. So the rules are checked and tested by
// promtool; each metric, label and word that the rules and the dashboard name must be told by a real server that was asked, refused
// something and lost its database; a real Prometheus must be able to work every expression out, and must notice what was done.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Node, ROOT, find, freePort, postgres, program, rehearse, run, say, secret, start, until, version } from './lib.mjs';

const ABOUT = `
Holds deploy/alerts.yaml and deploy/grafana-dashboard.json against a server that runs: promtool checks and tests the rules, a real
Prometheus reads a real server and notices that its database goes, then that the server itself goes.
Bars: the rules pass; every metric, label and word in them and in the dashboard is one that the server tells; every expression can be
worked out; both alerts are raised within half a minute (as pending: they wait for a minute before they wake anybody).

Needs PostgreSQL and Prometheus with promtool. Takes a minute.`;
const NEEDS = { initdb: 'postgresql', promtool: 'prometheus', prometheus: 'prometheus' };

const RULES = join(ROOT, 'deploy/alerts.yaml');
const DASHBOARD = join(ROOT, 'deploy/grafana-dashboard.json');

/** Labels that Prometheus adds. */
const ADDED = ['instance', 'job'];
/** Labels whose words come from what happens or from callers: not every one can be seen in a minute. */
const OPEN = ['status', 'code', 'operation', 'client', 'reason', 'kind', 'method', 'le'];

await rehearse({ name: 'alerts', about: ABOUT, needs: NEEDS }, async ({ dir, table }) => {
  rules(table);

  const path = program();
  table.add('program', version(path));
  const database = await postgres(dir);
  const metrics = await freePort();
  const env = { DATABASE_URL: database.url, COTMOC_SECRET_KEY: secret(), COTMOC_METRICS_LISTEN: `127.0.0.1:${metrics}` };
  const node = await (await Node.make('node', { dir, program: path, env })).start();
  say('the server is ready');
  await use(node);
  const told = series((await new Client(`http://127.0.0.1:${metrics}`).get('/metrics')).text);
  names(table, told);

  const prometheus = await watch(dir, metrics);
  // Two readings are what a rate needs.
  await until('Prometheus has read the server', async () => (await prometheus.ask('count_over_time(up{job="cotmoc"}[1m]) > 2')).length > 0);
  await use(node);
  await expressions(table, prometheus);
  await noticed(table, node, database, prometheus);
});

/** What promtool says of the rules, with series that are made up. */
function rules(table) {
  for (const [what, ...args] of [['promtool check rules', 'check', 'rules', RULES], ['promtool test rules', 'test', 'rules', join(ROOT, 'deploy/alerts.test.yaml')]]) {
    let said = '';
    try {
      run(find('promtool'), args);
    } catch (error) {
      said = `${error.stdout}${error.stderr}`;
      console.error(said);
    }
    table.add(what, said ? 'failed' : 'passed', 'passes', !said);
  }
  const named = readFileSync(RULES, 'utf8').match(/alert: \w+/g);
  const tests = readFileSync(join(ROOT, 'deploy/alerts.test.yaml'), 'utf8');
  // A rule that no test raises is one that nobody has seen.
  const untried = named.map(rule => rule.slice('alert: '.length)).filter(rule => !new RegExp(`${rule}\\s+eval_time: \\w+\\s+exp_alerts`).test(tests));
  table.add(`rules that a test raises, of ${named.length}`, named.length - untried.length, untried.join(', ') || 'all', untried.length === 0);
}

/** Asks the server for something of everything: operations, files, what is refused, what is not there. */
async function use(node) {
  const client = new Client(node.url);
  await client.ask('query Ten { __typename }');
  await client.ask('query Sai { nothing }');
  await client.get('/readyz');
  await client.get('/healthz');
  await client.get('/files/exports/targets.csv');
  // Larger than server.body_limit; the server may close before all is sent.
  await client.send('POST', '/graphql', { headers: { 'content-type': 'application/json' }, body: Buffer.alloc(3 << 20, 32) }).catch(() => undefined);
  client.close();
}

/** What a text of Prometheus tells: for each name its labels, and for each label its words. Also names that are only described. */
function series(text) {
  const told = new Map();
  const of = name => told.get(name) ?? told.set(name, new Map()).get(name);
  for (const line of text.split('\n')) {
    const [, name, labels] = /^(\w+)(?:\{(.*)\})? \S+$/.exec(line) ?? [];
    if (!name) continue;
    for (const [, label, word] of (labels ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)) {
      const words = of(name).get(label) ?? of(name).set(label, new Set()).get(label);
      words.add(word);
    }
    of(name);
  }
  return told;
}

/** The expressions of the rules and of the dashboard. */
function all() {
  // The rules as promtool would read them need a parser of YAML; each expression ends where the next key begins.
  const text = readFileSync(RULES, 'utf8');
  const ours = [...text.matchAll(/expr: (?:\|\n)?([\s\S]*?)\n\s+for:/g)].map(match => match[1]);
  const { panels } = JSON.parse(readFileSync(DASHBOARD, 'utf8'));
  const theirs = panels.flatMap(panel => panel.targets ?? []).map(target => target.expr);
  return { rules: ours, dashboard: theirs };
}

/** Each metric, label and word that is named must be told. */
function names(table, told) {
  const wrong = [];
  const named = new Set();
  for (const [where, expressions] of Object.entries(all())) {
    for (const expression of expressions) {
      for (const [, name, labels] of expression.matchAll(/\b(cotmoc_\w+)(?:\{(.*?)\})?/g)) {
        named.add(name);
        const known = told.get(name);
        if (!known) {
          wrong.push(`${where}: ${name}`);
          continue;
        }
        for (const [, label, how, word] of (labels ?? '').matchAll(/(\w+)(=~|!=|!~|=)"([^"]*)"/g)) {
          if (ADDED.includes(label)) continue;
          const isKnown = known.has(label) && (how !== '=' || OPEN.includes(label) || known.get(label).has(word));
          if (!isKnown) wrong.push(`${where}: ${name}{${label}${how}"${word}"}`);
        }
      }
    }
  }
  console.log(wrong.map(line => `not told: ${line}`).join('\n'));
  table.add('metrics named', named.size);
  table.add('metrics, labels, words that the server does not tell', wrong.length, 'none', wrong.length === 0);
  const families = new Set([...told.keys()].map(name => name.replace(/_(bucket|sum|count)$/, '')));
  const unused = [...families].filter(name => name.startsWith('cotmoc_') && ![...named].some(one => one.startsWith(name)));
  table.add('metrics told that neither names', unused.join(', ') || 'none');
}

/** A real Prometheus with the rules, which reads the server every three seconds: without its database it needs more than one to answer. */
async function watch(dir, metrics) {
  const port = await freePort();
  const file = join(dir, 'prometheus.yml');
  writeFileSync(file, `global: { scrape_interval: 3s, evaluation_interval: 1s }
rule_files: ["${RULES}"]
scrape_configs:
  - job_name: cotmoc
    static_configs: [{ targets: ["127.0.0.1:${metrics}"] }]
`);
  const args = [`--config.file=${file}`, `--storage.tsdb.path=${join(dir, 'tsdb')}`, `--web.listen-address=127.0.0.1:${port}`];
  start(find('prometheus'), args, { log: join(dir, 'prometheus.log') });
  const client = new Client(`http://127.0.0.1:${port}`);
  const get = async path => JSON.parse((await client.get(path)).text);
  await until('Prometheus answers', () => client.get('/-/ready').then(answer => answer.status === 200).catch(() => false));
  return {
    /** The series of an expression; fails if it cannot be worked out. */
    async ask(expression) {
      const answer = await get(`/api/v1/query?query=${encodeURIComponent(expression)}`);
      if (answer.status !== 'success') throw new Error(`${answer.error}: ${expression}`);
      return answer.data.result;
    },
    /** The names of the alerts that are pending or firing. */
    alerts: async () => (await get('/api/v1/alerts')).data.alerts.map(alert => alert.labels.alertname),
    rules: async () => (await get('/api/v1/rules')).data.groups.flatMap(group => group.rules),
  };
}

/** Every expression is worked out; those of the dashboard also tell something, but for what only trouble tells. */
async function expressions(table, prometheus) {
  const broken = [];
  let silent = 0;
  const { dashboard } = all();
  for (const expression of dashboard) {
    const filled = expression.replaceAll('$__rate_interval', '1m').replaceAll('$instance', '.*');
    try {
      if ((await prometheus.ask(filled)).length === 0) {
        silent += 1;
        console.log(`tells nothing while all is well: ${filled}`);
      }
    } catch (error) {
      broken.push(error.message);
    }
  }
  const read = await until('the rules were worked out', async () => {
    const found = await prometheus.rules();
    return found.length > 0 && found.every(rule => rule.health !== 'unknown') && found;
  });
  broken.push(...read.filter(rule => rule.health !== 'ok').map(rule => `${rule.name}: ${rule.lastError}`));
  console.log(broken.join('\n'));
  table.add('expressions that Prometheus works out', dashboard.length + read.length - broken.length, `${dashboard.length + read.length}`, broken.length === 0);
  table.add('expressions of the dashboard that tell nothing while all is well', silent);
  const early = await prometheus.alerts();
  table.add('alerts while all is well', early.join(', ') || 'none', 'none', early.length === 0);
}

/** The database goes, then the server: Prometheus must notice. */
async function noticed(table, node, database, prometheus) {
  const raised = async (alert, cause) => {
    const begin = performance.now();
    say(cause);
    const is = await until(alert, async () => {
      // As a proxy would: it is this question that tells the server how its database is.
      await node.isReady();
      return (await prometheus.alerts()).includes(alert);
    }, 30, 500).catch(() => false);
    const seconds = ((performance.now() - begin) / 1000).toFixed(1);
    table.add(`${alert}: ${cause}`, is ? `${seconds} s` : 'not raised', 'within 30 s', is);
  };
  database.child.kill('SIGQUIT');
  await raised('CotmocDatabaseAway', 'PostgreSQL is ended');
  const isTakenForGone = (await prometheus.alerts()).includes('CotmocNodeGone');
  table.add('the server itself is taken for gone then', isTakenForGone ? 'yes' : 'no', 'no', !isTakenForGone);
  node.child.kill('SIGKILL');
  await raised('CotmocNodeGone', 'the server is killed');
}
