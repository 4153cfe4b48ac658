// What the builds of the explorer and of the app share. Each runs in its own folder, where `dist/` is.
import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { brotliCompressSync, constants } from 'node:zlib';

export function sha256(contents) {
  return createHash('sha256').update(contents).digest('hex');
}

export function hashedName(name, contents) {
  const [stem, extension] = name.split('.');
  return `${stem}-${sha256(contents).slice(0, 8).toUpperCase()}.${extension}`;
}

/** The licences of the packages that went into the bundle, which their authors ask to be passed on. */
export async function licenses(inputs) {
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

/** Fills `{{app.js}}` and the like with the addresses of the files that begin and end so. */
export function fill(template, names, base) {
  return template.replaceAll(/\{\{([\w-]+)\.(\w+)\}\}/g, (_, stem, extension) => {
    const name = names.find(name => new RegExp(`^${stem}-[A-Z0-9]{8}\\.${extension}$`).test(name));
    if (!name) throw new Error(`no ${stem}.${extension} in the bundle`);
    return base + name;
  });
}

export function compress(contents) {
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_LGWIN, BROTLI_PARAM_SIZE_HINT } = constants;
  const params = { [BROTLI_PARAM_QUALITY]: 11, [BROTLI_PARAM_LGWIN]: 24, [BROTLI_PARAM_SIZE_HINT]: contents.length };
  return brotliCompressSync(contents, { params });
}

/** Of these files and of all below these folders, in the format of sha256sum: a unit test of the server compares them. */
export async function sourceHashes(files, folders) {
  const below = async folder => {
    const entries = await readdir(folder, { withFileTypes: true, recursive: true });
    return entries.filter(entry => entry.isFile()).map(entry => `${entry.parentPath}/${entry.name}`);
  };
  const sources = [...files, ...(await Promise.all(folders.map(below))).flat()].sort();
  const lines = await Promise.all(sources.map(async path => `${sha256(await readFile(path))}  ${path}\n`));
  return lines.join('');
}
