// Makes src/documents.ts of src/documents/*.graphql: each operation as a text, with the types of what it answers and takes.
// `node generate.mjs` writes it; `node generate.mjs --check` fails if what is there is another one.
import { readFileSync, writeFileSync } from "node:fs";
import { generate } from "@graphql-codegen/cli";
import { concatAST, Kind, print, visit } from "graphql";

const TARGET = new URL("src/documents.ts", import.meta.url).pathname;

/** A plugin: `export const XDocument = gql<X, XVariables>("…")` for each, with the fragments that it uses. */
const texts = {
  plugin(_schema, documents) {
    const all = concatAST(documents.map(({ document }) => document)).definitions;
    const fragments = new Map(all.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION).map(one => [one.name.value, one]));
    const used = (definition, found = new Set()) => {
      visit(definition, {
        FragmentSpread({ name: { value } }) {
          if (!found.has(value)) {
            found.add(value);
            used(fragments.get(value), found);
          }
        },
      });
      return found;
    };
    const constants = all
      .filter(({ kind }) => kind === Kind.OPERATION_DEFINITION)
      .map(operation => {
        const parts = [operation, ...[...used(operation)].sort().map(name => fragments.get(name))];
        const text = parts.map(part => print(part)).join("\n").replace(/\s+/g, " ");
        const name = operation.name.value;
        const type = `${name}${operation.operation[0].toUpperCase()}${operation.operation.slice(1)}`;
        return `export const ${name}Document = /* @__PURE__ */ gql<${type}, ${type}Variables>(\n  ${JSON.stringify(text)},\n);`;
      });
    return { prepend: ['import { gql } from "./document.js";'], content: constants.join("\n\n") };
  },
};

const scalars = Object.fromEntries(
  ["Date", "DateTime", "Decimal", "Period", "RelativePeriod", "UUID"].map(name => [name, "string"]).concat([["JSON", "unknown"]]),
);
const [{ content }] = await generate(
  {
    silent: true,
    schema: new URL("../../api/schema.graphql", import.meta.url).pathname,
    documents: new URL("src/documents/*.graphql", import.meta.url).pathname,
    pluginLoader: async name => (name.endsWith("texts") ? texts : import(name)),
    generates: {
      [TARGET]: {
        plugins: ["typescript", "typescript-operations", "texts"],
        config: {
          strictScalars: true,
          scalars,
          defaultScalarType: "unknown",
          enumsAsTypes: true,
          useTypeImports: true,
          skipTypename: true,
          onlyOperationTypes: true,
          disableDescriptions: true,
          immutableTypes: true,
        },
      },
    },
  },
  false,
);
const made = `// Made by generate.mjs out of src/documents/*.graphql and the schema: change those.\n${content}`;
if (!process.argv.includes("--check")) {
  writeFileSync(TARGET, made);
} else if (readFileSync(TARGET, "utf8") !== made) {
  console.error("src/documents.ts is not what src/documents/*.graphql and api/schema.graphql make: npm run generate");
  process.exit(1);
}
