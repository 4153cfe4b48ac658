// Builds dist/ from src/, the kit's source and the locked packages: names by content, brotli, the same bytes each time.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { build } from 'esbuild';
import { compress, fill, hashedName, licenses, sha256, sourceHashes } from '../../scripts/bundle.mjs';

process.chdir(import.meta.dirname);

const URL_BASE = '/app/assets/';
const RECIPE = ['../../scripts/bundle.mjs', 'build.mjs', 'package-lock.json', 'package.json', 'tsconfig.json'];
const SOURCES = ['src', '../typescript/src'];

const SHARED = {
  bundle: true,
  minify: true,
  write: false,
  metafile: true,
  format: 'esm',
  // What a commune's old computer still has: the last Chrome for Windows 7.
  target: ['es2022', 'chrome109', 'firefox115', 'safari16'],
  tsconfig: 'tsconfig.json',
  loader: { '.woff2': 'file', '.svg': 'file', '.png': 'file' },
  legalComments: 'none',
  define: { 'process.env.NODE_ENV': '"production"' },
};

async function bundle() {
  const result = await build({
    ...SHARED,
    entryPoints: ['src/main.tsx', 'src/style/app.css', 'src/icons/icon.svg', 'src/icons/icon-192.png', 'src/icons/icon-512.png'],
    outdir: 'dist',
    publicPath: URL_BASE,
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    splitting: true,
    inject: ['src/common.ts'],
  });
  const files = new Map(result.outputFiles.map(({ path, contents }) => [basename(path), Buffer.from(contents)]));
  // An image as an entry gives a script that says its name; nobody runs it.
  for (const name of [...files.keys()]) if (/^icon.*\.js$/.test(name)) files.delete(name);
  return { files, outputs: result.metafile.outputs, inputs: Object.keys(result.metafile.inputs) };
}

/** The scripts that the first one imports whatever the screen is: the page names them, so that they come at once. */
function preloads(outputs) {
  const main = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint === 'src/main.tsx');
  return main[1].imports.filter(({ kind }) => kind === 'import-statement').map(({ path }) => basename(path)).sort();
}

/** The service worker, which knows the names of all files and so changes with any of them. */
async function worker(names) {
  const version = sha256(names.join('\n')).slice(0, 12);
  const files = names.filter(name => !name.startsWith('licenses')).map(name => URL_BASE + name);
  const result = await build({
    ...SHARED,
    entryPoints: ['src/sw.ts'],
    outfile: 'dist/sw.js',
    define: { ...SHARED.define, __ASSETS__: JSON.stringify(files), __VERSION__: JSON.stringify(version) },
  });
  return Buffer.from(result.outputFiles[0].contents);
}

const { files, outputs, inputs } = await bundle();
const notices = await licenses(inputs);
files.set(hashedName('licenses.txt', notices), notices);
const names = [...files.keys()].sort();
const links = preloads(outputs).map(name => `<link rel="modulepreload" href="${URL_BASE}${name}">`).join('\n  ');
const html = fill((await readFile('src/index.html', 'utf8')).replace('<!-- preloads -->', links), names, URL_BASE);
const manifest = fill(await readFile('src/manifest.webmanifest', 'utf8'), names, URL_BASE);
const sw = await worker(names);

await rm('dist', { recursive: true, force: true });
await mkdir('dist/assets', { recursive: true });
const sizes = {};
for (const [name, contents] of files) {
  const small = compress(contents);
  sizes[name] = small.length;
  await writeFile(`dist/assets/${name}.br`, small);
}
await writeFile('dist/index.html.br', compress(Buffer.from(html)));
await writeFile('dist/manifest.webmanifest.br', compress(Buffer.from(manifest)));
await writeFile('dist/sw.js.br', compress(sw));
await writeFile('dist/SOURCES.sha256', await sourceHashes(RECIPE, SOURCES));

// What the first view of somebody who comes for the first time takes: the page, its scripts, its style, its fonts.
const isFirst = name => html.includes(name) || extname(name) === '.woff2';
const first = Object.entries(sizes).filter(([name]) => isFirst(name) && !/^icon|^licenses/.test(name));
console.log(`first view ${(first.reduce((sum, [, size]) => sum + size, compress(Buffer.from(html)).length) / 1000).toFixed(1)} kB:`,
  first.map(([name, size]) => `${name} ${(size / 1000).toFixed(1)}`).join(', '));
console.log('later:', Object.entries(sizes).filter(([name]) => !isFirst(name)).map(([name, size]) => `${name} ${(size / 1000).toFixed(1)}`).join(', '));
