// Every screen as it was known at the end of a day, and back: node read-asof.mjs ADDRESS CHROMIUM
import { ask, expect, expectThat, open, plain, settled, side, test } from "./read-steps.mjs";

const DAY = "2025-06-30";
const { asOf } = await ask(
  `query ($then: DateTime!) {
    asOf(instant: $then) {
      assessments(filter: { programme: "nq57-quang-ngai" }) { totalCount }
      indicator(code: "coverage_5g_share") { latestMeasurement(subject: "qng.ubnd") { value period } targets(filter: { inForce: true }) { nodes { value } } }
      directives(filter: { programme: "nq57-quang-ngai" }) { totalCount }
    }
  }`,
  { then: `${DAY}T17:00:00Z` },
);

await test(async (browser) => {
  const page = await open(browser, { path: "/app/indicators/coverage_5g_share" });
  const now = plain(await page.locator(".huge").innerText());
  await page.locator(".as-of > button").click();
  await page.locator(".as-of input").fill(DAY);
  await page.keyboard.press("Enter");
  const banner = page.locator(".as-of-banner");
  await banner.waitFor();
  expect("the banner", plain(await banner.locator("strong").innerText()), "Đang xem như đã biết đến hết ngày 30/6/2025");
  await page.waitForFunction((now) => document.querySelector(".huge .figure") && document.querySelector(".huge").innerText.trim() !== now, now);
  await settled(page);
  const then = plain(await page.locator(".huge").innerText());
  expect("the figure of then", Number(then.replace(" %", "").replace(",", ".")), Number(asOf.indicator.latestMeasurement.value));
  expectThat("nothing is live in the past", (await page.locator(".liveness").count()) === 0);

  // The day goes along to other screens, stands in the address, and survives a reload.
  await side(page, "Chỉ tiêu").click();
  await page.waitForURL(/indicators\?asof=2025-06-30/);
  await page.locator("table.indicators").waitFor();
  await settled(page);
  expect("indicators of then", await page.locator("table.indicators tbody tr").count(), asOf.assessments.totalCount);
  await page.reload();
  await settled(page);
  await side(page, "Nhiệm vụ").click();
  await page.waitForURL(/directives\?asof=2025-06-30/);
  await page.locator(".result").waitFor();
  await settled(page);
  expect("directives of then", plain(await page.locator(".result").innerText()), `${asOf.directives.totalCount} nhiệm vụ`);

  await banner.locator("button").click();
  await page.waitForURL((url) => !url.searchParams.has("asof"));
  expect("no banner now", await banner.count(), 0);
  await page.goBack();
  await banner.waitFor();
  expect("errors of the page", page.failures, []);
  return { now, then, indicators: asOf.assessments.totalCount, directives: asOf.directives.totalCount };
});
