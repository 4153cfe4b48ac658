// Builds dist/ from src/ and the locked packages: names by content, brotli, the same bytes each time.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { build } from 'esbuild';
import { compress, fill, hashedName, licenses, sourceHashes } from '../../scripts/bundle.mjs';

process.chdir(import.meta.dirname);

const URL_BASE = '/explorer/';
const RECIPE = ['../../scripts/bundle.mjs', 'build.mjs', 'package-lock.json', 'package.json'];

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

const { files, inputs } = await bundle();
const notices = await licenses(inputs);
files.set(hashedName('licenses.txt', notices), notices);
const html = fill(await readFile('src/index.html', 'utf8'), [...files.keys()], URL_BASE);

await rm('dist', { recursive: true, force: true });
await mkdir('dist/assets', { recursive: true });
for (const [name, contents] of files) {
  await writeFile(`dist/assets/${name}.br`, compress(contents));
}
await writeFile('dist/index.html.br', compress(Buffer.from(html)));
await writeFile('dist/SOURCES.sha256', await sourceHashes(RECIPE, ['src']));
