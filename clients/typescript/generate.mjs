// Makes src/documents.ts of src/documents/*.graphql: each operation as a text, with the types of what it answers and takes; and
// src/adapters/schema.ts, what caches have to know of the schema.
// `node generate.mjs` writes it; `node generate.mjs --check` fails if what is there is another one.
import { readFileSync, writeFileSync } from "node:fs";
import { generate } from "@graphql-codegen/cli";
import { buildSchema, concatAST, isAbstractType, isObjectType, Kind, print, visit } from "graphql";

const TARGET = new URL("src/documents.ts", import.meta.url).pathname;
/** Elsewhere, if this folder is used alone: `cotmoc schema` writes it. */
const SCHEMA = process.env.COTMOC_SCHEMA ?? new URL("../../api/schema.graphql", import.meta.url).pathname;

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
    schema: SCHEMA,
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
/** What a cache must know of the schema: which types have no id, which fields are lists by pages, which types stand for others. */
function schemaFacts() {
  const schema = buildSchema(readFileSync(SCHEMA, "utf8"));
  const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith("__"));
  const objects = types.filter(isObjectType);
  const fields = type => Object.values(type.getFields());
  const roots = ["Query", "Mutation", "Subscription"];
  const embedded = objects.filter(type => !roots.includes(type.name) && !type.getFields().id).map(({ name }) => name);
  const paged = type => fields(type).filter(({ args }) => args.some(({ name }) => name === "after") && args.some(({ name }) => name === "before"));
  const connections = objects.map(type => [type.name, paged(type).map(({ name }) => name)]).filter(([, names]) => names.length > 0);
  const possible = types.filter(isAbstractType).map(type => [type.name, schema.getPossibleTypes(type).map(({ name }) => name)]);
  const constant = (name, type, value) => `export const ${name}: ${type} = ${JSON.stringify(value, null, 2)};\n`;
  return [
    "// Made by generate.mjs out of the schema.\n",
    constant("embedded", "readonly string[]", embedded.sort()),
    constant("connections", "Readonly<Record<string, readonly string[]>>", Object.fromEntries(connections)),
    constant("possibleTypes", "Readonly<Record<string, readonly string[]>>", Object.fromEntries(possible)),
  ].join("\n");
}

const made = [
  ["src/documents.ts", `// Made by generate.mjs out of src/documents/*.graphql and the schema: change those.\n${content}`],
  ["src/adapters/schema.ts", schemaFacts()],
];
for (const [name, text] of made) {
  const file = new URL(name, import.meta.url);
  if (!process.argv.includes("--check")) {
    writeFileSync(file, text);
  } else if (readFileSync(file, "utf8") !== text) {
    console.error(`${name} is not what src/documents/*.graphql and api/schema.graphql make: npm run generate`);
    process.exitCode = 1;
  }
}
