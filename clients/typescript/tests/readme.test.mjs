// Runs the README's examples as one program, compiles them, and compares what they print.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import test from "node:test";
import { promisify } from "node:util";
import { build } from "esbuild";
import { skip, url } from "./server.mjs";

const run = promisify(execFile);
const folder = new URL("..", import.meta.url).pathname;
const ADDRESS = "http://127.0.0.1:8080/graphql";

const readme = await readFile(`${folder}/README.md`, "utf8");
const blocks = (kind) => [...readme.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].filter(([, found]) => found === kind).map(([, , text]) => text);

/** Within the package, so that it finds `cotmoc` as an app would: by `exports` of package.json. */
async function within(work) {
  const made = await mkdtemp(`${folder}/.readme-`);
  try {
    return await work(made);
  } finally {
    await rm(made, { recursive: true });
  }
}

test("the examples of the README are right for the compiler", () =>
  within(async (made) => {
    const imports = blocks("ts").join("\n");
    const options = JSON.parse(await readFile(`${folder}/tsconfig.json`, "utf8"));
    await writeFile(`${made}/readme.ts`, imports);
    await writeFile(`${made}/tsconfig.json`, JSON.stringify({ ...options, include: ["readme.ts"] }));
    await run("node_modules/.bin/tsc", ["-p", made], { cwd: folder }).catch(({ stdout }) => assert.fail(stdout));
  }));

test("the examples of the README print what it says", { skip }, () =>
  within(async (made) => {
    const program = blocks("ts").join("\n");
    assert.ok(program.includes(ADDRESS));
    await writeFile(`${made}/readme.ts`, program.replace(ADDRESS, url));
    const outfile = `${made}/readme.mjs`;
    const banner = { js: 'import Socket from "ws"; globalThis.WebSocket ??= Socket;' };
    await build({ entryPoints: [`${made}/readme.ts`], outfile, format: "esm", bundle: true, packages: "external", banner, target: "es2022" });
    const { stdout } = await run(process.execPath, [outfile], { cwd: folder, timeout: 60_000 });
    assert.equal(stdout, blocks("text printed").join(""));
  }));
