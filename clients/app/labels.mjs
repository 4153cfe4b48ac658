// Writes src/words/labels-*.ts, the words for values of enums, as a running server says them: node labels.mjs ADDRESS
import { writeFile } from 'node:fs/promises';

const TYPES = ['AgencyKind', 'AgencyLevel', 'AssessmentInputKind', 'AssessmentStatus', 'ChangeEventKind', 'ChangeType',
  'DifferenceChange', 'DifferenceKind', 'DirectiveEventKind', 'DirectiveState', 'DocumentKind', 'DocumentRelationKind', 'DocumentStatus',
  'ExtensionState', 'MeasurementState', 'NoProjection', 'NotificationKind', 'Observation', 'ObligationState', 'Role', 'SearchNoun',
  'Source', 'StateSource', 'TargetWarningKind', 'Timeliness', 'Unit'];

const [address] = process.argv.slice(2);
for (const language of ['vi', 'en']) {
  const query = `{ labels(types: ${JSON.stringify(TYPES)}, language: ${language.toUpperCase()}) { type values { value label } } }`;
  const answer = await fetch(`${address}/graphql`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query }),
  });
  const { data } = await answer.json();
  const rows = data.labels.map(({ type, values }) =>
    `  ${type}: {\n${values.map(({ value, label }) => `    ${value}: ${JSON.stringify(label)},\n`).join('')}  },\n`);
  const text = `// Written by labels.mjs from the server's own words; do not change it here.\nexport const labels: Record<string, Record<string, string>> = {\n${rows.join('')}};\n`;
  await writeFile(`${import.meta.dirname}/src/words/labels-${language}.ts`, text);
}
