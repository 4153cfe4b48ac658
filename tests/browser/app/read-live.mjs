// Three people publish a figure by the API; a board that somebody else has open shows it without a touch:
// node read-live.mjs ADDRESS CHROMIUM
import { randomUUID } from "node:crypto";
import { accounts, ask, expect, open, plain, test, tokenOf } from "./read-steps.mjs";

const { REPORTER, HEAD, STANDING_OFFICE } = await accounts();
const reporter = await tokenOf(REPORTER);

const STEP = "measurement { id version state value contentHash } userErrors { code message }";

async function act(account, name, type, input) {
  const token = account === REPORTER ? reporter : await tokenOf(account);
  const mutation = `mutation ($input: ${type}!, $key: UUID!) { ${name}(input: $input, idempotencyKey: $key) { ${STEP} } }`;
  const { [name]: payload } = await ask(mutation, { input, key: randomUUID() }, { token });
  return payload;
}

/** A ratio that is owed and can be drafted: which one, depends on the day. */
async function drafted() {
  const { myObligations } = await ask(
    "{ myObligations(first: 50) { nodes { state regime period indicator { code valueKind } subject { code } measurement { id } } } }",
    {},
    { token: reporter },
  );
  for (const { indicator, subject, regime, period, measurement } of myObligations.nodes) {
    if (indicator.valueKind !== "RATIO" || measurement || subject.code !== "qng.ubnd") continue;
    const input = { indicator: indicator.code, subject: subject.code, regime, period, observation: "FINAL", numerator: "820", denominator: "2000" };
    const { measurement: figure, userErrors } = await act(REPORTER, "draftMeasurement", "DraftMeasurementInput", input);
    if (userErrors.length === 0) return { ...figure, indicator: indicator.code, period };
  }
  throw new Error("the demo's reporter owes no ratio that can be drafted");
}

await test(async (browser) => {
  const figure = await drafted();
  const of = ({ id, version, contentHash }) => ({ measurement: id, expectedVersion: version, contentHash });
  const submitted = await act(REPORTER, "submitMeasurement", "SubmitMeasurementInput", { measurement: figure.id, expectedVersion: figure.version });
  const endorsed = await act(HEAD, "endorseMeasurement", "EndorseMeasurementInput", of(submitted.measurement));

  const board = await open(browser);
  await board.locator(".liveness.live").waitFor();
  const hits = board.locator(`.latest li[data-indicator="${figure.indicator}"]`, { hasText: "41 %" });
  expect("not there before it is published", await hits.count(), 0);
  const changes = board.locator(".section", { hasText: "Thay đổi từ thứ Hai" });
  const changed = changes.locator(".lines li").filter({ has: board.locator(`a[href$="/indicators/${figure.indicator}"]`) });
  expect("not changed before it is published", await changed.count(), 0);

  const begun = Date.now();
  const published = await act(STANDING_OFFICE, "publishMeasurement", "PublishMeasurementInput", of(endorsed.measurement));
  expect("the figure is published", published.measurement?.state, "PUBLISHED");
  await hits.first().waitFor();
  const ms = Date.now() - begun;
  // What has changed since Monday moves with it.
  await changed.filter({ hasText: "41 %" }).waitFor();
  const after = plain(await changed.innerText());
  expect("errors of the board", board.failures, []);
  return { indicator: figure.indicator, period: figure.period, after, ms };
});
