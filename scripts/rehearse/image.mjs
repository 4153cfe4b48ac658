// The image of deploy/Dockerfile: built, started as a province would, asked, stopped.
//
// The base images come from where the Dockerfile says. Where no registry can be reached, they are made from Debian's packages, and
// Rust is the one of this machine. The program is the one that is rehearsed, put in the place of the stage that builds it; with --full
// that stage builds it from the source. Everything lies in a storage of its own that is removed at the end.
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { Client, ROOT, find, freePort, postgres, program, rehearse, run, say, secret, start, until, version } from './lib.mjs';

const ABOUT = `
Builds the image by deploy/Dockerfile with buildah and runs it with podman: root's file system read-only, no privileges, a user of its
own, its settings and secrets as files, beside a real PostgreSQL with two roles.
Bars: the builder is sent what belongs to the source and nothing else; the image migrates, is healthy, answers GraphQL and serves the
app; it cannot write but where it may; doctor finds nothing; it ends with 0 when it is told to.

Needs root, buildah, podman, runc, PostgreSQL and, where no registry can be reached, mmdebstrap. Takes three minutes, a half if
--base names a file that is there. With --full also the time of an optimised build, and Rust.`;
const OPTIONS = {
  base: { type: 'string', what: 'a tar of Debian to make the base image of; made and kept there if it is not there' },
  full: { type: 'boolean', what: 'build the program in the image, too' },
};
const NEEDS = { initdb: 'postgresql', buildah: 'buildah', podman: 'podman', conmon: 'conmon', runc: 'runc', mmdebstrap: 'mmdebstrap' };

const DOCKERFILE = join(ROOT, 'deploy/Dockerfile');
const IMAGE = 'localhost/rehearsed-cotmoc:latest';
const DEBIAN = 'localhost/rehearsed-debian:latest';
const RUST = 'localhost/rehearsed-rust:latest';

/** The storage, and what both programs are told of it. */
const engine = { storage: undefined, places: [], env: {} };
const podman = (...args) => call('podman', args);
const build = (...args) => call('buildah', ['build', '--network', 'host', '--format', 'docker', ...args]);
async function call(program, args) {
  const child = start(program, [...engine.places, ...args], { env: engine.env, cwd: '/', last: 'SIGTERM' });
  const [out, error] = ['stdout', 'stderr'].map(stream => {
    const parts = [];
    child[stream].on('data', part => parts.push(part));
    return () => Buffer.concat(parts).toString();
  });
  // Also the last words must have come.
  const [code] = await Promise.all([child.ended, new Promise(done => child.on('close', done))]);
  if (code === 0) return out();
  const said = error().trim().split('\n');
  console.error(said.slice(-15).join('\n'));
  throw new Error(`${program} ${args[0]}: ${said.pop()}`);
}

// Before the scratch directory goes: containers end, and what is mounted in it goes.
function clear() {
  if (!engine.storage) return;
  spawnSync('podman', [...engine.places, 'rm', '--all', '--force', '--time', '5'], { env: { ...process.env, ...engine.env }, cwd: '/' });
  spawnSync('umount', [join(engine.storage, 'overlay')]);
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, clear);

await rehearse({ name: 'image', about: ABOUT, options: OPTIONS, needs: NEEDS }, async ({ options, dir, table }) => {
  if (process.getuid() !== 0) throw new Error('only root is provided for');
  try {
    settle(dir);
    table.add('engine', `${(await podman('--version')).trim()}, ${(await call('buildah', ['--version'])).split(' (')[0]}`);
    const bases = await baseImages(options, dir, table);
    await context(dir, table);
    await make(options, bases, dir, table);
    await serve(options, dir, table);
  } finally {
    clear();
  }
});

/** A storage of its own, and limits that one may set also where nobody may raise them. */
function settle(dir) {
  const [storage, state, file] = [join(dir, 'storage'), join(dir, 'state'), join(dir, 'containers.conf')];
  const hard = Number(/Max open files\s+\d+\s+(\d+)/.exec(readFileSync('/proc/self/limits', 'utf8'))[1]);
  // runc also starts where the groups of processes are of both kinds, which crun refuses.
  writeFileSync(file, `[containers]
default_ulimits = ["nofile=${Math.min(hard, 16384)}:${Math.min(hard, 16384)}", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
`);
  engine.storage = storage;
  engine.places = ['--root', storage, '--runroot', state];
  engine.env = { CONTAINERS_CONF: file, BUILDAH_RUNTIME: 'runc', TMPDIR: dir };
}

/** The base images: those that the Dockerfile names, or made here. Answers the build arguments. */
async function baseImages(options, dir, table) {
  const named = /^ARG RUNTIME_IMAGE=(.*)$/m.exec(readFileSync(DOCKERFILE, 'utf8'))[1];
  const pulled = spawnSync('podman', [...engine.places, 'pull', '--quiet', named], { env: { ...process.env, ...engine.env }, cwd: '/', timeout: 60_000, encoding: 'utf8' });
  if (pulled.status === 0) {
    table.add('base images', named);
    return [];
  }
  const reason = (pulled.stderr.trim().split('\n').pop() || 'no answer within a minute').replace(/^.*: (dial|lookup|read)/, '$1');
  say(`${named} cannot be had (${reason}); making one from packages`);
  const tar = options.base ?? join(dir, 'debian.tar');
  if (!existsSync(tar)) run('mmdebstrap', ['--variant=minbase', 'bookworm', tar], { cwd: '/' });
  await podman('import', '--quiet', tar, DEBIAN);
  table.add('base images', 'made from packages of Debian 12: no registry can be reached');
  if (!options.full) return ['--build-arg', `BUILD_IMAGE=${DEBIAN}`, '--build-arg', `RUNTIME_IMAGE=${DEBIAN}`];

  say('putting the Rust of this machine into an image');
  const file = join(dir, 'rust.Dockerfile');
  writeFileSync(file, `FROM ${DEBIAN}
RUN apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends gcc libc6-dev ca-certificates
COPY --from=rust bin/cargo bin/rustc /usr/local/bin/
COPY --from=rust lib /usr/local/lib/
ENV CARGO_HOME=/usr/local/cargo
`);
  mkdirSync(join(dir, 'empty'));
  await build('--build-context', `rust=${run('rustc', ['--print', 'sysroot']).trim()}`, '-f', file, '-t', RUST, join(dir, 'empty'));
  return ['--build-arg', `BUILD_IMAGE=${RUST}`, '--build-arg', `RUNTIME_IMAGE=${DEBIAN}`];
}

/** What the builder is sent: everything of the source that belongs to the program, and nothing that git does not know of. */
async function context(dir, table) {
  const [file, sent] = [join(dir, 'context.Dockerfile'), join(dir, 'context')];
  writeFileSync(file, 'FROM scratch\nCOPY . /\n');
  await build('-f', file, '--output', sent, ROOT);
  const files = new Set(readdirSync(sent, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile()).map(entry => join(entry.parentPath ?? entry.path, entry.name).slice(sent.length + 1)));
  const known = run('git', ['-C', ROOT, 'ls-files', '-z', '--cached', '--others', '--exclude-standard']).split('\0').filter(path => path && existsSync(join(ROOT, path)));
  const wanted = known.filter(path => /^(api|auth|clients\/app|db|docs|migrations|tests)\/|^\.cargo\/|^Cargo\.|^deploy\/healthy$/.test(path));
  const missing = wanted.filter(path => !files.has(path));
  const strange = [...files].filter(path => !wanted.includes(path));
  console.log([...missing.map(path => `not sent: ${path}`), ...strange.map(path => `sent: ${path}`)].slice(0, 20).join('\n'));
  const size = Number(run('du', ['-sk', sent]).split('\t')[0]) / 1024;
  table.add('what the builder is sent', `${files.size} files, ${size.toFixed(0)} MiB`);
  table.add('files of the source that are not sent', missing.length, 'none', missing.length === 0);
  table.add('files sent that are not of the source', strange.length, 'none', strange.length === 0);
}

async function make(options, bases, dir, table) {
  const args = [...bases, '--build-arg', `REVISION=${run('git', ['-C', ROOT, 'rev-parse', 'HEAD']).trim()}`];
  const path = options.full ? undefined : program();
  if (options.full) {
    // What this machine has fetched already is not fetched again; nothing is written there.
    const fetched = join(process.env.CARGO_HOME ?? join(process.env.HOME, '.cargo'), 'registry');
    if (existsSync(fetched)) args.push('--volume', `${fetched}:/usr/local/cargo/registry:O`);
  } else {
    // Named like the stage that builds it, a folder takes its place.
    mkdirSync(join(dir, 'built/out'), { recursive: true });
    copyFileSync(path, join(dir, 'built/out/cotmoc'));
    if (find('strip')) run('strip', [join(dir, 'built/out/cotmoc')]);
    args.push('--build-context', `build=${join(dir, 'built')}`);
  }
  say(options.full ? 'building the image and the program in it' : 'building the image');
  const begin = performance.now();
  await build(...args, '-f', DOCKERFILE, '-t', IMAGE, ROOT);
  table.add('program', path ? version(path) : 'built in the image');
  table.add('time to build', `${((performance.now() - begin) / 1000).toFixed(0)} s`);
  const [image] = JSON.parse(await podman('image', 'inspect', IMAGE));
  table.add('size of the image', `${(image.Size / 2 ** 20).toFixed(0)} MiB`);
  const user = image.Config.User.split(':')[0];
  table.add('user of the image', user, 'not root', user !== '' && user !== '0' && user !== 'root');
}

/** Starts it beside a PostgreSQL with two roles, as the operator's guide says. */
async function serve(options, dir, table) {
  const database = await postgres(dir);
  database.sql(`
    CREATE ROLE cotmoc_server NOLOGIN;
    CREATE ROLE cotmoc_owner LOGIN;
    CREATE ROLE cotmoc_node LOGIN IN ROLE cotmoc_server;
    ALTER DATABASE cotmoc OWNER TO cotmoc_owner;`);
  const settings = join(dir, 'secrets');
  mkdirSync(settings);
  const at = user => `postgres://${user}@127.0.0.1:${database.port}/cotmoc`;
  writeFileSync(join(settings, 'cotmoc.toml'), `[database]\nurl = "${at('cotmoc_node')}"\nmigrate_url = "${at('cotmoc_owner')}"\n`);
  writeFileSync(join(settings, 'secret.key'), `${secret()}\n`);

  const port = await freePort();
  const hardened = ['run', '--rm', '--network', 'host', '--read-only', '--tmpfs', '/tmp', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'];
  // Health checks are called by timers of systemd, which need not be there; here we call them ourselves.
  const given = ['--no-healthcheck', '-v', `${settings}:/run/secrets:ro`, '-e', 'COTMOC_CONFIG=/run/secrets/cotmoc.toml', '-e', 'COTMOC_SECRET_FILE=/run/secrets/secret.key', '-e', `COTMOC_LISTEN=127.0.0.1:${port}`, '-e', 'COTMOC_DRAIN_DELAY=1s'];
  say('migrating');
  await podman(...hardened, ...given, IMAGE, 'migrate');
  table.add('cotmoc migrate in the image', 'exit code 0', '0', true);

  const begin = performance.now();
  const container = start('podman', [...engine.places, ...hardened, '--name', 'rehearsed', ...given, IMAGE], { env: engine.env, cwd: '/', log: join(dir, 'container.log'), last: 'SIGTERM' });
  let ended;
  container.ended.then(code => (ended = code));
  const client = new Client(`http://127.0.0.1:${port}`);
  await until('the container is ready', async () => {
    if (ended !== undefined) throw new Error(`the container ended (${ended}):\n${readFileSync(join(dir, 'container.log'), 'utf8').slice(-1500)}`);
    return client.get('/readyz').then(answer => answer.status === 200).catch(() => false);
  });
  table.add('time until it is ready', `${((performance.now() - begin) / 1000).toFixed(1)} s`);

  // What is asked in it, beside the server.
  const inside = (...args) => spawnSync('podman', [...engine.places, 'exec', 'rehearsed', ...args], { env: { ...process.env, ...engine.env }, cwd: '/', encoding: 'utf8' });
  const [image] = JSON.parse(await podman('image', 'inspect', IMAGE));
  // Podman and its versions disagree about where it stands.
  const [, ...check] = [image.HealthCheck, image.Healthcheck, image.Config.HealthCheck, image.Config.Healthcheck].find(Boolean)?.Test ?? [];
  for (const [what, args] of [['its HEALTHCHECK', check], ['healthy /readyz', ['healthy', '/readyz']]]) {
    const { status } = inside(...args);
    table.add(what, `exit code ${status}`, '0', status === 0);
  }
  const answer = await client.ask('{ __typename __schema { queryType { name } } }');
  table.add('GraphQL by HTTP', `${answer.status} ${answer.body?.data?.__typename}`, '200 Query', answer.status === 200 && answer.body?.data?.__typename === 'Query');
  for (const path of ['/app', '/explorer']) {
    const page = await client.get(path).then(async found => (found.headers.location ? client.get(found.headers.location) : found));
    // Builds for a first look leave their pages beside the source, which is not in the image.
    const isWhole = options.full || program().includes('/release/');
    table.add(path, page.status, isWhole ? '200' : 'in optimised builds', isWhole ? page.status === 200 : undefined);
  }
  const doctor = inside('cotmoc', 'doctor');
  if (doctor.status !== 0) console.error(doctor.stdout, doctor.stderr);
  table.add('cotmoc doctor', doctor.stdout.trim().split('\n').pop(), 'All is well.', doctor.status === 0);
  const role = doctor.stdout.split('\n').find(line => line.includes(' role: ')) ?? '';
  table.add('what it may in the database', role.replace(/^.*role: /, ''), 'work as cotmoc_server', role.startsWith('ok') && role.includes('work as cotmoc_server'));

  const status = inside('cat', '/proc/1/status').stdout;
  const of = name => new RegExp(`^${name}:\\s+(\\S+)`, 'm').exec(status)?.[1];
  table.add('its user, capabilities, NoNewPrivs', `${of('Uid')}, ${Number(`0x${of('CapEff')}`)}, ${of('NoNewPrivs')}`, '10001, 0, 1', of('Uid') === '10001' && /^0+$/.test(of('CapEff')) && of('NoNewPrivs') === '1');
  const places = ['/', '/usr/local/bin', '/etc', '/tmp', '/var/lib/cotmoc'].filter(place => inside('touch', `${place}/x`).status === 0);
  table.add('where it can write', places.join(' '), '/tmp /var/lib/cotmoc', places.join(' ') === '/tmp /var/lib/cotmoc');

  const told = performance.now();
  container.kill('SIGTERM');
  const code = await container.ended;
  table.add('told to stop', `exit code ${code}, ${((performance.now() - told) / 1000).toFixed(1)} s`, '0', code === 0);
  client.close();
}
