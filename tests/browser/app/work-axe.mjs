// The screens at work by axe-core, in both themes: node work-axe.mjs URL CHROMIUM
// Each is opened as whoever works with it, with its forms unfolded, and must have nothing that axe calls serious or worse.
import { accounts, address, assign, axed, byApi, expect, launch, open, see, signIn } from "./work-steps.mjs";

const people = await accounts();
const code = "innovative_startup_projects";
await assign(people.STANDING_OFFICE, code);
const DRAFT = "mutation ($input: DraftMeasurementInput!, $key: UUID!) { draftMeasurement(input: $input, idempotencyKey: $key) { measurement { id version contentHash } userErrors { message } } }";
const RETURN = "mutation ($input: ReturnMeasurementInput!, $key: UUID!) { returnMeasurement(input: $input, idempotencyKey: $key) { userErrors { message } } }";
const figure = { indicator: code, subject: "qng.ubnd", period: "2025-Q4", observation: "FINAL", value: "3", note: "Theo Sở Khoa học và Công nghệ", submit: true };
const { measurement } = await byApi(people.REPORTER, DRAFT, figure);
await byApi(people.HEAD, RETURN, { measurement: measurement.id, expectedVersion: measurement.version, reason: "Thiếu minh chứng" });

// One for the head, one that its head has endorsed for the standing office.
const ENDORSE = "mutation ($input: EndorseMeasurementInput!, $key: UUID!) { endorseMeasurement(input: $input, idempotencyKey: $key) { userErrors { message } } }";
const ratio = { subject: "qng.ubnd", regime: "ADMINISTRATIVE", period: "2026-01", observation: "FINAL", numerator: "812", denominator: "2000", submit: true };
await byApi(people.REPORTER, DRAFT, { ...ratio, indicator: "tthc_non_territorial_share" });
const { measurement: seen } = await byApi(people.REPORTER, DRAFT, { ...ratio, indicator: "contactless_admin_transactions_share" });
await byApi(people.HEAD, ENDORSE, { measurement: seen.id, expectedVersion: seen.version, contentHash: seen.contentHash });

const SCREENS = [
  ["sign in", null, "/app/sign-in", "#login"],
  ["a forgotten password", null, "/app/reset-password", "#reset-login"],
  ["settings, signed out", null, "/app/settings", ".tabs"],
  ["what I owe", "REPORTER", "/app/work", ".task"],
  ["a returned figure", "REPORTER", `/app/work/figures/${code}/qng.ubnd/CALENDAR/2025-Q4`, "#observation"],
  ["the inbox", "REPORTER", "/app/work/notifications", ".inbox-open"],
  ["settings", "REPORTER", "/app/settings", ".settings-choices select"],
  ["the queue of a head", "HEAD", "/app/work/review", ".review-card"],
  ["a head's directives", "HEAD", "/app/work/review?tab=directives", ".task"],
  ["what is missing", "STANDING_OFFICE", "/app/work/review?tab=missing", "main section"],
  ["a figure to publish", "STANDING_OFFICE", "/app/work/review", ".review-card"],
  ["issuing a directive", "LEADER", "/app/work/issue", "#deadline"],
  ["the trail", "INSPECTOR", "/app/work/trail", ".trail li"],
];

const browser = await launch();
const report = {};
for (const colorScheme of ["light", "dark"]) {
  // The policy of the page stays as it is for the page; only what looks at it is let in.
  let { page } = await open(browser, { colorScheme, bypassCSP: true });
  let role = null;
  for (const [name, wanted, path, ready] of SCREENS) {
    if (wanted && wanted !== role) {
      await page.context().close();
      ({ page } = await open(browser, { colorScheme, bypassCSP: true }));
      await signIn(page, people[wanted], "/app/work/notifications");
      role = wanted;
    }
    await page.goto(new URL(path, address).href);
    await page.locator(ready).first().waitFor();
    await check(page, `${name}, ${colorScheme}`);
  }
  // A directive's steps, each unfolded.
  await page.context().close();
  ({ page } = await open(browser, { colorScheme, bypassCSP: true }));
  await signIn(page, people.HEAD, "/app/work");
  await page.locator(".task[href*='/work/directives/']").first().click();
  await see(page.locator(".kicker"), "Thực hiện nhiệm vụ", "A directive's work");
  const steps = page.locator(".disclosure > button");
  await steps.first().waitFor();
  for (let step = 0; step < (await steps.count()); step++) await steps.nth(step).click();
  await check(page, `a directive's steps, ${colorScheme}`);
  await page.context().close();
}
await browser.close();
console.log(JSON.stringify(report));

async function check(page, name) {
  expect(`${name}: as wide as the phone`, await page.evaluate(() => document.documentElement.scrollWidth), 390);
  const { violations, serious } = await axed(page);
  expect(`${name}: what axe calls serious`, serious, []);
  report[name] = violations;
}
