// Documents and variables made out of a schema, and what graphql-js says of each: node corpus.mjs SCHEMA
// Prints one JSON object a line: { document, rules } with the rules that the document breaks, or { document, variables, coerces }.
import { readFileSync } from "node:fs";
import {
  buildSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
  isInterfaceType,
  isScalarType,
  isSpecifiedScalarType,
  isUnionType,
  parse,
  specifiedRules,
  validate,
  valueFromASTUntyped,
} from "graphql";
import { getVariableValues } from "graphql/execution/values.js";

const schema = buildSchema(readFileSync(process.argv[2], "utf8"));
// A schema's text does not say what its own scalars read: all of ours are written as strings.
for (const type of Object.values(schema.getTypeMap())) {
  if (!isScalarType(type) || isSpecifiedScalarType(type)) continue;
  type.parseValue = (value) => {
    if (typeof value !== "string") throw new TypeError(`${type.name} is a string`);
    return value;
  };
  type.parseLiteral = (node, variables) => type.parseValue(valueFromASTUntyped(node, variables));
}
const samples = {
  Int: "1",
  Float: "1.5",
  String: '"Quảng Ngãi"',
  Boolean: "true",
  ID: '"x"',
  Date: '"2025-04-15"',
  DateTime: '"2025-04-15T08:30:00+07:00"',
  Decimal: '"8.5"',
  Period: '"2025-07"',
  RelativePeriod: '"LAST_YEAR"',
  UUID: '"0193cb7e-5a00-7000-8000-000000000001"',
};

/** A literal of an input type: what is required, and with `full` what is not, too. */
function literal(type, full = false, within = []) {
  if (isNonNullType(type)) return literal(type.ofType, full, within);
  if (isListType(type)) return `[${literal(type.ofType, full, within)}]`;
  if (isEnumType(type)) return type.getValues()[0].name;
  if (!isInputObjectType(type)) return samples[type.name];
  const fields = Object.values(type.getFields()).filter(
    (field) => isRequiredInputField(field) || (full && !within.includes(getNamedType(field.type))),
  );
  return `{ ${fields.map((field) => `${field.name}: ${literal(field.type, full, [...within, type])}`).join(", ")} }`;
}

/** The same as JSON. */
function json(type, full = false, within = []) {
  if (isNonNullType(type)) return json(type.ofType, full, within);
  if (isListType(type)) return [json(type.ofType, full, within)];
  if (isEnumType(type)) return type.getValues()[0].name;
  if (!isInputObjectType(type)) return JSON.parse(samples[type.name]);
  const fields = Object.values(type.getFields()).filter(
    (field) => isRequiredInputField(field) || (full && !within.includes(getNamedType(field.type))),
  );
  return Object.fromEntries(fields.map((field) => [field.name, json(field.type, full, [...within, type])]));
}

const required = (field) => field.args.filter(isRequiredArgument);
const written = (args) => (args.length ? `(${args.map((arg) => `${arg.name}: ${literal(arg.type)}`).join(", ")})` : "");

/** Fields of a type that need no arguments: leaves, then others down to a depth. */
function selection(type, depth = 2) {
  if (isUnionType(type)) return "{ __typename }";
  const fields = Object.values(type.getFields()).filter((field) => required(field).length === 0);
  const leaves = fields.filter((field) => isLeafType(getNamedType(field.type))).slice(0, 3);
  const others = depth > 0 ? fields.filter((field) => !isLeafType(getNamedType(field.type))).slice(0, 2) : [];
  const parts = leaves.map((field) => field.name);
  for (const field of others) parts.push(`${field.name} ${selection(getNamedType(field.type), depth - 1)}`);
  return `{ ${parts.length ? parts.join(" ") : "__typename"} }`;
}

const rest = (field, depth) => (isLeafType(getNamedType(field.type)) ? "" : ` ${selection(getNamedType(field.type), depth)}`);

const documents = new Map();
const add = (document) => documents.set(document, true);

const roots = [
  ["query", schema.getQueryType()],
  ["mutation", schema.getMutationType()],
  ["subscription", schema.getSubscriptionType()],
];

for (const [kind, root] of roots) {
  Object.values(root.getFields()).forEach((field, index) => {
    const args = field.args;
    const call = `${field.name}${written(required(field))}`;
    add(`${kind} { ${call}${rest(field)} }`);
    if (args.length) {
      const given = args.map((arg) => `${arg.name}: $${arg.name}`).join(", ");
      const declared = args.map((arg) => `$${arg.name}: ${arg.type}`).join(", ");
      add(`${kind} V(${declared}) { ${field.name}(${given})${rest(field, 1)} }`);
      add(`${kind} { ${field.name}(${args.map((arg) => `${arg.name}: ${literal(arg.type, true)}`).join(", ")})${rest(field, 0)} }`);
    }
    const type = getNamedType(field.type);
    const broken = [
      () => `${kind} { ${field.name}x${rest(field, 0)} }`,
      () => `${kind} { ${field.name}(nothing: 1)${rest(field, 0)} }`,
      () => required(field).length && `${kind} { ${field.name}${rest(field, 0)} }`,
      () => args.length && `${kind} { ${field.name}(${args[0].name}: ${literal(args[0].type)}, ${args[0].name}: ${literal(args[0].type)})${rest(field, 0)} }`,
      () => args.length && `${kind} ($a: Boolean) { ${field.name}(${args[0].name}: $a)${rest(field, 0)} }`,
      () => args.length && `${kind} { ${field.name}(${args[0].name}: $undeclared)${rest(field, 0)} }`,
      () => `${kind} ($unused: Int) { ${call}${rest(field, 0)} }`,
      () => `${kind} ($a: Int, $a: Int) { ${call} @include(if: true)${rest(field, 0)} }`,
      () => `${kind} { ${call} @unknown${rest(field, 0)} }`,
      () => `${kind} { ${call} @skip${rest(field, 0)} }`,
      () => `${kind} { ${call} @skip(if: true) @skip(if: false)${rest(field, 0)} }`,
      () => `${kind} @skip(if: true) { ${call}${rest(field, 0)} }`,
      () => `${kind} ($s: Boolean) { ${call} @include(if: $s)${rest(field, 0)} }`,
      () => `${kind} ($s: Boolean = true) { ${call} @include(if: $s)${rest(field, 0)} }`,
      () => `${kind} { ${call} ${isLeafType(type) ? "{ x }" : ""} }`,
      () => `${kind} { ...Missing }`,
      () => `${kind} { ${call}${rest(field, 0)} } fragment Unused on ${root.name} { __typename }`,
      () => `${kind} { ...F } fragment F on ${root.name} { ${call}${rest(field, 0)} }`,
      () => `${kind} { ...F } fragment F on Nowhere { x }`,
      () => `${kind} { ... on Int { x } }`,
      () => `${kind} { ...F } fragment F on ${root.name} { ${call}${rest(field, 0)} ...F }`,
      () => `${kind} A { ${call}${rest(field, 0)} } ${kind} A { ${call}${rest(field, 0)} }`,
      () => `${kind} { ${call}${rest(field, 0)} } query B { __typename }`,
      () => `${kind} ($v: ${type.name}) { ${call}${rest(field, 0)} }`,
      () => `${kind} { a: ${call}${rest(field, 0)} a: __typename }`,
      () => `${kind} { ${call}${rest(field, 0)} } type X { y: Int }`,
      () => `${kind} { ${call}${rest(field, 0)} __typename }`,
      () => `query { ...F } fragment F on ${root.name} { __typename } fragment F on ${root.name} { __typename }`,
      () => `${kind} ($s: Boolean!) { ${call} @include(if: $s)${rest(field, 0)} }`,
      () => `${kind} ($n: Nothing) { ${call}${rest(field, 0)} }`,
    ];
    for (let n = 0; n < 4; n += 1) {
      const document = broken[(index * 4 + n) % broken.length]();
      if (document) add(document);
    }
  });
}

// Values of input objects and enums, wherever an argument takes one.
for (const [kind, root] of roots) {
  for (const field of Object.values(root.getFields())) {
    for (const arg of field.args) {
      const named = getNamedType(arg.type);
      const others = required(field).filter((other) => other !== arg);
      const with_ = (value) => {
        const given = [...others.map((other) => `${other.name}: ${literal(other.type)}`), `${arg.name}: ${value}`];
        return `${field.name}(${given.join(", ")})${rest(field, 0)}`;
      };
      const document = (value, variables = "") => add(`${kind} ${variables}{ ${with_(value)} }`);
      if (isEnumType(named)) {
        document(`"${named.getValues()[0].name}"`);
        document("NO_SUCH_VALUE");
        document("1");
      }
      if (["Int", "Boolean", "String", "ID"].includes(named.name)) {
        document(named.name === "String" || named.name === "ID" ? "{ a: 1 }" : '"1"');
        if (named.name === "Int") document("3000000000"), document("1.5");
        if (!isListType(arg.type)) document("[[1]]");
      }
      if (isNonNullType(arg.type)) document("null");
      if (isInputObjectType(named)) {
        const first = Object.values(named.getFields())[0];
        const one = `${first.name}: ${literal(first.type, true)}`;
        const whole = literal(named).slice(1, -1);
        document(`{ ${whole} noSuchField: 1 }`);
        document(`{ ${whole} ${one}, ${one} }`);
        document("1");
        document(`{ ${first.name}: [[[1]]] }`);
        if (isRequiredInputField(first)) {
          document("{}");
          document(`{ ${first.name}: null }`);
          const nullable = String(first.type).replace(/!$/, "");
          const others = Object.values(named.getFields()).filter((it) => it !== first && isRequiredInputField(it));
          const beside = others.map((it) => `, ${it.name}: ${literal(it.type)}`).join("");
          document(`{ ${first.name}: $v${beside} }`, `($v: ${nullable}) `);
          document(`{ ${first.name}: $v${beside} }`, `($v: ${first.type}) `);
          document(`{ ${first.name}: $v${beside} }`, `($v: ${nullable} = ${literal(first.type)}) `);
          document(`{ ${first.name}: $v${beside} }`, "($v: Boolean) ");
        }
      }
    }
  }
}

// Merging of fields, on one level and below, through fragments and types that can or cannot be the same object.
const merging = [
  "{ agency(code: \"a\") { c: children(first: 1) { nodes { code } } } agency(code: \"a\") { c: children(first: 2) { nodes { code } } } }",
  "{ agency(code: \"a\") { c: children(first: 1) { nodes { code } } } agency(code: \"a\") { c: children(first: 1) { nodes { name } } } }",
  "{ agency(code: \"a\") { x: code } agency(code: \"a\") { x: kind } }",
  "{ agency(code: \"a\") { code } agency(code: \"b\") { code } }",
  "{ ...A ...B } fragment A on Query { agency(code: \"a\") { x: code } } fragment B on Query { agency(code: \"a\") { x: name } }",
  "query ($a: String!, $b: String!) { agency(code: $a) { code } agency(code: $b) { code } }",
  "query ($a: String!) { agency(code: $a) { code } agency(code: $a) { name } }",
  "{ search(text: \"so\") { edges { node { ... on Agency { v: aliases } ... on Document { v: title } } } } }",
  "{ search(text: \"so\") { edges { node { ... on Agency { v: code } ... on Document { v: title } } } } }",
  "{ search(text: \"so\") { edges { node { ... on Agency { v: code } ... on Document { v: code } ... on Indicator { v: code } } } } }",
  "{ search(text: \"so\") { edges { node { ...A ...D } } } } fragment A on Agency { p: parent { x: code } } fragment D on Document { p: issuer { x: name } }",
  "{ search(text: \"so\") { edges { node { ...A ...D } } } } fragment A on Agency { p: parent { x: code } } fragment D on Document { p: issuer { x: code } }",
];
merging.forEach(add);
for (const type of Object.values(schema.getTypeMap())) {
  if (!isInterfaceType(type) && !isUnionType(type)) continue;
  for (const member of schema.getPossibleTypes(type)) {
    add(`query ($id: ID!) { node(id: $id) { ... on ${type.name} { __typename ... on ${member.name} { __typename } } } }`);
    add(`query ($id: ID!) { node(id: $id) { ... on ${member.name} { ... on Agency { code } } } }`);
  }
}

const print = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
for (const document of documents.keys()) {
  let parsed;
  try {
    parsed = parse(document);
  } catch {
    print({ document, rules: ["Syntax"] });
    continue;
  }
  const rules = specifiedRules.filter((rule) => validate(schema, parsed, [rule]).length > 0).map((rule) => rule.name);
  print({ document, rules });
}

// Variables of each input type: whole, and with one thing wrong.
const wrong = [null, 1, 1.5, "text", true, [], {}, [null], { noSuchField: 1 }, 3e9, 1.0];
for (const [kind, root] of roots) {
  for (const field of Object.values(root.getFields())) {
    for (const arg of field.args.filter((arg) => isInputObjectType(getNamedType(arg.type)) || isLeafType(getNamedType(arg.type)))) {
      const others = required(field).filter((other) => other !== arg);
      const given = [...others.map((other) => `${other.name}: ${literal(other.type)}`), `${arg.name}: $v`].join(", ");
      const document = `${kind} ($v: ${arg.type}) { ${field.name}(${given})${rest(field, 0)} }`;
      const definitions = parse(document).definitions[0].variableDefinitions;
      const named = getNamedType(arg.type);
      const good = [{ v: json(arg.type, true) }, { v: json(arg.type) }, {}];
      const own = !(named.name in samples) || ["Int", "String", "Boolean", "ID", "Float"].includes(named.name);
      const bad = own ? wrong.map((v) => ({ v })) : [{ v: null }];
      const cases = [...good, ...bad];
      if (isInputObjectType(named) && !isListType(arg.type)) {
        for (const inner of Object.values(named.getFields())) {
          if (!isLeafType(getNamedType(inner.type)) || !(isEnumType(getNamedType(inner.type)) || ["Int", "String", "Boolean", "ID"].includes(getNamedType(inner.type).name))) continue;
          cases.push({ v: { ...json(named, true), [inner.name]: null } }, { v: { ...json(named, true), [inner.name]: { a: 1 } } });
          const { [inner.name]: _, ...without } = json(named, true);
          cases.push({ v: without });
        }
      }
      for (const variables of cases) {
        const { errors } = getVariableValues(schema, definitions, variables);
        print({ document, variables, coerces: !errors });
      }
    }
  }
}
