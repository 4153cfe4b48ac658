// Builds dist/ from src/, the kit's source and the locked packages: names by content, brotli, the same bytes each time.
import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { build } from 'esbuild';

process.chdir(import.meta.dirname);

const URL_BASE = '/app/assets/';
const RECIPE = ['build.mjs', 'package-lock.json', 'package.json', 'tsconfig.json'];
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
  const sources = await readdir('src');
  if (!sources.includes('sw.ts')) return null;
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

/** The licences of the packages that went into the bundle, which their authors ask to be passed on. */
async function licenses(inputs) {
  const roots = new Set(inputs.map(path => path.match(/^node_modules\/(@[^/]+\/)?[^/]+/)?.[0]).filter(Boolean));
  const sections = [];
  for (const root of [...roots].sort()) {
    const { name, version, license } = JSON.parse(await readFile(`${root}/package.json`, 'utf8'));
    const file = (await readdir(root)).sort().find(entry => /^licen[cs]e/i.test(entry));
    const text = file ? await readFile(`${root}/${file}`, 'utf8') : '';
    sections.push(`${name} ${version} (${license})\n\n${text.trim()}`.trim());
  }
  return Buffer.from(`${sections.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`);
}

function hashedName(name, contents) {
  const [stem, extension] = name.split('.');
  return `${stem}-${sha256(contents).slice(0, 8).toUpperCase()}.${extension}`;
}

function sha256(contents) {
  return createHash('sha256').update(contents).digest('hex');
}

/** Fills `{{main.js}}` and the like with the addresses of the files that begin and end so. */
function fill(template, names) {
  return template.replaceAll(/\{\{([\w-]+)\.(\w+)\}\}/g, (_, stem, extension) => {
    const name = names.find(name => new RegExp(`^${stem}-[A-Z0-9]{8}\\.${extension}$`).test(name));
    if (!name) throw new Error(`no ${stem}.${extension} in the bundle`);
    return URL_BASE + name;
  });
}

function compress(contents) {
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_LGWIN, BROTLI_PARAM_SIZE_HINT } = constants;
  const params = { [BROTLI_PARAM_QUALITY]: 11, [BROTLI_PARAM_LGWIN]: 24, [BROTLI_PARAM_SIZE_HINT]: contents.length };
  return brotliCompressSync(contents, { params });
}

async function filesBelow(folder) {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  return entries.filter(entry => entry.isFile()).map(entry => `${entry.parentPath}/${entry.name}`);
}

/** In the format of sha256sum; a unit test of the server compares it with the files. */
async function sourceHashes() {
  const sources = [...RECIPE, ...(await Promise.all(SOURCES.map(filesBelow))).flat()].sort();
  const lines = await Promise.all(sources.map(async path => `${sha256(await readFile(path))}  ${path}\n`));
  return lines.join('');
}

const { files, outputs, inputs } = await bundle();
const notices = await licenses(inputs);
files.set(hashedName('licenses.txt', notices), notices);
const names = [...files.keys()].sort();
const links = preloads(outputs).map(name => `<link rel="modulepreload" href="${URL_BASE}${name}">`).join('\n  ');
const html = fill((await readFile('src/index.html', 'utf8')).replace('<!-- preloads -->', links), names);
const manifest = fill(await readFile('src/manifest.webmanifest', 'utf8'), names);
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
if (sw) await writeFile('dist/sw.js.br', compress(sw));
await writeFile('dist/SOURCES.sha256', await sourceHashes());

// What the first view of somebody who comes for the first time takes: the page, its scripts, its style, its fonts.
const isFirst = name => html.includes(name) || extname(name) === '.woff2';
const first = Object.entries(sizes).filter(([name]) => isFirst(name) && !/^icon|^licenses/.test(name));
console.log(`first view ${(first.reduce((sum, [, size]) => sum + size, compress(Buffer.from(html)).length) / 1000).toFixed(1)} kB:`,
  first.map(([name, size]) => `${name} ${(size / 1000).toFixed(1)}`).join(', '));
console.log('later:', Object.entries(sizes).filter(([name]) => !isFirst(name)).map(([name, size]) => `${name} ${(size / 1000).toFixed(1)}`).join(', '));
