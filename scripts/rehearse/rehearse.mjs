// Runs rehearsals by their names: `make rehearse ARGS="upgrade --seconds 20"`. Without a name it lists them.
//
// Each is a program of its own in this folder. Options belong to the one that is named; of several, each runs as it is.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const REHEARSALS = {
  upgrade: 'one version after the other under load, and back: no request fails, nobody misses a change',
  soak: 'a day of a province in half an hour: nothing grows',
  subscribers: '10,000 who follow changes: what each costs, how soon all of them hear',
  restore: 'a crash at any second, restored: nothing acknowledged is lost',
  failover: 'the primary PostgreSQL dies, another takes its place',
  replicas: 'reads by two streaming replicas, which lag and die',
  telemetry: 'traces reach a real collector',
  alerts: 'the rules for alerts tell what is wrong, and nothing else',
  image: 'the container image is built and run',
  reproduce: 'the optimised program, built twice: byte by byte the same?',
};

function list() {
  console.log('Usage: make rehearse ARGS="NAME [NAME …] [--options]"; NAME --help says more\n');
  for (const [name, what] of Object.entries(REHEARSALS)) {
    if (existsSync(file(name))) console.log(`  ${name.padEnd(13)}${what}`);
  }
}

const file = name => join(import.meta.dirname, `${name}.mjs`);

/** What the rehearsals use of npm's packages, locked. */
function install() {
  if (existsSync(join(import.meta.dirname, 'node_modules'))) return;
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: import.meta.dirname, stdio: 'inherit' });
  if (status !== 0) process.exit(2);
}

function main(args) {
  const first = args.findIndex(arg => arg.startsWith('-'));
  const names = first < 0 ? args : args.slice(0, first);
  const options = first < 0 ? [] : args.slice(first);
  if (names.length === 0) return list();
  const unknown = names.find(name => !Object.hasOwn(REHEARSALS, name) || !existsSync(file(name)));
  if (unknown || (names.length > 1 && options.length > 0)) {
    console.error(unknown ? `There is no rehearsal ${unknown}.\n` : 'Options belong to one rehearsal: name only that.\n');
    list();
    process.exit(2);
  }
  install();
  const results = names.map(name => {
    if (names.length > 1) console.log(`\n== ${name}`);
    return [name, spawnSync(process.execPath, [file(name), ...options], { stdio: 'inherit' }).status ?? 130];
  });
  if (names.length > 1) console.log(`\n${results.map(([name, status]) => `${name}: ${status === 0 ? 'met' : `failed (${status})`}`).join('\n')}`);
  process.exit(Math.max(...results.map(([, status]) => status)));
}

main(process.argv.slice(2));
