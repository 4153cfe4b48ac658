// What the public linter of schemas has against a schema: node lint.mjs SCHEMA. Prints a line of JSON for each, as [rule, what it says].
import graphql from "@graphql-eslint/eslint-plugin";
import { ESLint } from "eslint";

const { "flat/schema-recommended": recommended, "flat/schema-relay": relay } = graphql.configs;
const [schema] = process.argv.slice(2);
const eslint = new ESLint({
  overrideConfigFile: true,
  overrideConfig: [
    {
      files: ["**/*.graphql"],
      plugins: { "@graphql-eslint": graphql },
      languageOptions: { parser: graphql.parser, parserOptions: { graphQLConfig: { schema } } },
      rules: {
        ...recommended.rules,
        ...relay.rules,
        // What belongs to an object, and what is worked out, has no id of its own.
        "@graphql-eslint/strict-id-in-types": "off",
        // Short lists come whole, beside pages; and pages may be of what is worked out.
        "@graphql-eslint/relay-edge-types": ["error", { withEdgeSuffix: true, shouldImplementNode: false, listTypeCanWrapOnlyEdgeType: false }],
      },
    },
  ],
});
const [{ messages }] = await eslint.lintFiles([schema]);
for (const { ruleId, message } of messages) console.log(JSON.stringify([ruleId, message]));
