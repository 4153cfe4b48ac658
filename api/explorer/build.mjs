// Builds dist/ from src/ and the locked packages: names by content, brotli, the same bytes each time.
import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { build } from 'esbuild';

process.chdir(import.meta.dirname);

const URL_BASE = '/explorer/';
const RECIPE = ['build.mjs', 'package-lock.json', 'package.json'];

// GraphiQL carries its fonts inside its style sheet, 370 kB of them; src/style.css names the reader's own instead.
const withoutFonts = {
  name: 'without-fonts',
  setup(build) {
    build.onLoad({ filter: /graphiql\/dist\/style\.css$/ }, async ({ path }) => {
      const css = await readFile(path, 'utf8');
      return { contents: css.replaceAll(/@font-face\s*\{[^}]*\}/g, ''), loader: 'css' };
    });
  },
};

async function bundle() {
  const result = await build({
    entryPoints: ['src/app.jsx'],
    outdir: 'dist',
    publicPath: URL_BASE,
    entryNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    loader: { '.svg': 'file' },
    legalComments: 'none',
    define: { 'process.env.NODE_ENV': '"production"' },
    plugins: [withoutFonts],
  });
  const files = new Map(result.outputFiles.map(({ path, contents }) => [basename(path), contents]));
  return { files, inputs: Object.keys(result.metafile.inputs) };
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

/** Fills `{{app.js}}` and the like in the page with the addresses of the files that begin and end so. */
function page(template, names) {
  return template.replaceAll(/\{\{(\w+)\.(\w+)\}\}/g, (_, stem, extension) => {
    const name = names.find(name => name.startsWith(`${stem}-`) && name.endsWith(`.${extension}`));
    if (!name) throw new Error(`no ${stem}.${extension} in the bundle`);
    return URL_BASE + name;
  });
}

function compress(contents) {
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_LGWIN, BROTLI_PARAM_SIZE_HINT } = constants;
  const params = { [BROTLI_PARAM_QUALITY]: 11, [BROTLI_PARAM_LGWIN]: 24, [BROTLI_PARAM_SIZE_HINT]: contents.length };
  return brotliCompressSync(contents, { params });
}

/** In the format of sha256sum; a unit test of the server compares it with the files. */
async function sourceHashes() {
  const sources = [...RECIPE, ...(await readdir('src')).map(name => `src/${name}`)].sort();
  const lines = await Promise.all(sources.map(async path => `${sha256(await readFile(path))}  ${path}\n`));
  return lines.join('');
}

const { files, inputs } = await bundle();
const notices = await licenses(inputs);
files.set(hashedName('licenses.txt', notices), notices);
const html = page(await readFile('src/index.html', 'utf8'), [...files.keys()]);

await rm('dist', { recursive: true, force: true });
await mkdir('dist/assets', { recursive: true });
for (const [name, contents] of files) {
  await writeFile(`dist/assets/${name}.br`, compress(contents));
}
await writeFile('dist/index.html.br', compress(Buffer.from(html)));
await writeFile('dist/SOURCES.sha256', await sourceHashes());
