// The optimised program, built twice from the same commit in two places: byte by byte the same?
//
// Whoever distrusts a program that was built elsewhere builds it again, and compares. The paths of the two places are left out of what
// is built, as in the image; the compiler and the folder of cargo's packages are those of this machine both times.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { ROOT, rehearse, run, say } from './lib.mjs';

const ABOUT = `
Clones the last commit twice, builds the optimised program in each, and compares the two.
Bar: they are the same, byte by byte.

Needs git, Rust, 5 GB of memory and 6 GB of disk. Takes twenty minutes on two processors.`;

await rehearse({ name: 'reproduce', about: ABOUT, needs: { git: 'git', cargo: 'cargo' } }, async ({ dir, table }) => {
  const commit = run('git', ['-C', ROOT, 'rev-parse', 'HEAD']).trim();
  const build = place => {
    const copy = join(dir, place);
    run('git', ['clone', '--quiet', '--local', ROOT, copy]);
    // There may be another one by now.
    run('git', ['-C', copy, 'checkout', '--quiet', commit]);
    say(`building in ${copy}`);
    const env = { CARGO_TARGET_DIR: join(copy, 'target'), RUSTFLAGS: `--remap-path-prefix=${copy}=.` };
    run('cargo', ['build', '--quiet', '--locked', '--release', '--bin', 'cotmoc'], { cwd: copy, env, stdio: ['ignore', 'inherit', 'inherit'] });
    return readFileSync(join(copy, 'target/release/cotmoc'));
  };
  const [one, other] = [build('one'), build('other')];
  const hash = bytes => createHash('sha256').update(bytes).digest('hex');
  table.add('commit', commit.slice(0, 7));
  table.add('bytes', `${one.length}, ${other.length}`);
  table.add('SHA-256 of the first', hash(one));
  table.add('SHA-256 of the second', hash(other), 'the same', hash(one) === hash(other));
});
