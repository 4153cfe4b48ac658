// What the kit weighs in an app: all that `cotmoc` exports, bundled, made small and compressed. Fails above the budget.
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build } from "esbuild";

const BUDGET = 15_000;
const entry = new URL("src/index.ts", import.meta.url).pathname;
const options = { bundle: true, minify: true, format: "esm", target: "es2022", write: false, entryPoints: [entry] };
const [{ contents }] = (await build(options)).outputFiles;
const size = { minified: contents.length, gzip: gzipSync(contents, { level: 9 }).length, brotli: brotliCompressSync(contents).length };
console.log(JSON.stringify(size));
if (size.gzip > BUDGET) {
  console.error(`The kit is ${size.gzip} bytes by gzip: more than ${BUDGET}`);
  process.exit(1);
}
