import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import test from "node:test";

test("the package that `npm pack` makes works on its own, with its types", (t) => {
  const folder = mkdtempSync(`${tmpdir()}/cotmoc-`);
  t.after(() => rmSync(folder, { recursive: true }));
  const run = (command, words, cwd) => execFileSync(command, words, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  const kit = new URL("..", import.meta.url).pathname;
  const [{ filename, files }] = JSON.parse(run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], kit));
  const names = files.map(({ path }) => path);
  for (const name of ["LICENSE", "README.md", "dist/index.d.ts", "dist/documents.d.ts", "dist/adapters/urql.d.ts"]) assert.ok(names.includes(name), name);
  assert.deepEqual(names.filter((name) => /^(tests|node_modules)|\.mjs$/.test(name)), []);
  mkdirSync(`${folder}/node_modules/cotmoc`, { recursive: true });
  run("tar", ["-xzf", filename, "-C", "node_modules/cotmoc", "--strip-components=1"], folder);
  writeFileSync(`${folder}/use.mjs`, 'import { formatDecimal } from "cotmoc"; import { LabelsDocument } from "cotmoc/documents"; console.log(formatDecimal("1234.5", "vi"), LabelsDocument.text.length > 0);');
  assert.equal(run(process.execPath, ["use.mjs"], folder), "1.234,5 true\n");
});
