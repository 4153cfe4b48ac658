// Every screen as it was known at the end of a day, and back: node read-asof.mjs ADDRESS CHROMIUM
import { accounts, address, ask, expect, expectThat, open, plain, settled, side, test } from "./read-steps.mjs";

const DAY = "2025-06-30";
const { asOf, today } = await ask(
  `query ($then: DateTime!) {
    today: assessments(first: 1) { nodes { on } }
    asOf(instant: $then) {
      assessments(filter: { programme: "nq57-quang-ngai" }) { totalCount }
      indicator(code: "coverage_5g_share") { latestMeasurement(subject: "qng.ubnd") { value period } targets(filter: { inForce: true }) { nodes { value } } }
      directives(filter: { programme: "nq57-quang-ngai" }) { totalCount }
    }
  }`,
  { then: `${DAY}T17:00:00Z` },
);

/** The next person in the same tab sees nothing of what the one before has seen, however slow the network. */
async function leaving(browser) {
  const demo = await accounts();
  const page = await open(browser, { path: "/app/sign-in" });
  const enter = async ({ login }) => {
    await page.locator(".choice", { hasText: login }).click();
    await page.waitForURL((url) => url.pathname !== "/app/sign-in");
    await settled(page);
  };
  // Within the page, as a link does: a reload would forget by itself.
  const go = (to) => page.evaluate((to) => {
    history.pushState(null, "", to);
    dispatchEvent(new PopStateEvent("popstate"));
  }, to);
  const reports = page.locator(".scorecard", { hasText: "Báo cáo đến hạn" });
  await enter(demo.STANDING_OFFICE);
  await go("/app/agencies/qng.skhcn");
  await reports.waitFor();
  await settled(page);
  await go("/app/settings");
  await page.locator("main button", { hasText: "Đăng xuất" }).click();
  await page.waitForURL((url) => url.pathname === "/app/sign-in");
  await enter(demo.ADMINISTRATOR);

  let release;
  const held = new Promise((resolve) => { release = resolve; });
  await page.route("**/graphql*", async (route) => {
    await held;
    await route.continue();
  });
  await go("/app/agencies/qng.skhcn");
  await page.locator(".skeleton").first().waitFor();
  expect("what the one before has seen", await reports.count(), 0);
  release();
  await settled(page);
  const name = plain(await page.locator("h1").innerText());
  await page.context().close();
  return name;
}

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

  // Work is done now: there is no banner, and nowhere to choose a day.
  await page.locator(".top .sign-in").click();
  await page.waitForURL((url) => url.pathname === "/app/sign-in");
  await settled(page);
  expect("no day at work", [new URL(page.url()).searchParams.has("asof"), await banner.count(), await page.locator(".as-of").count()], [false, 0, 0]);

  // What is no day gone by is dropped: impossible ones, those before anything was written down, and those that have not ended.
  const { on } = today.nodes[0];
  await page.goto(new URL("/app", address).href);
  await settled(page);
  await page.locator(".as-of > button").click();
  const latest = await page.locator(".as-of input").getAttribute("max");
  expect("the latest day is yesterday", Date.parse(on) - Date.parse(latest), 86_400_000);
  for (const day of ["2025-02-30", "2025-13-45", "1800-01-01", "2099-01-01", "today"]) {
    await page.goto(new URL(`/app/indicators?asof=${day}`, address).href);
    await settled(page);
    expect(`${day} is dropped`, [new URL(page.url()).search, await banner.count()], ["", 0]);
  }
  // The server's today too, once it is known, and its yesterday is not.
  await page.evaluate((day) => {
    history.pushState(null, "", `/app/indicators?asof=${day}`);
    dispatchEvent(new PopStateEvent("popstate"));
  }, on);
  await settled(page);
  expect("today is now", [new URL(page.url()).search, await banner.count()], ["", 0]);
  await page.evaluate((day) => {
    history.pushState(null, "", `/app/indicators?asof=${day}`);
    dispatchEvent(new PopStateEvent("popstate"));
  }, latest);
  await banner.waitFor();
  await page.locator("table.indicators").waitFor();
  await settled(page);
  expect("yesterday is shown", await page.locator(".problem").count(), 0);

  const left = await leaving(browser);
  expect("errors of the page", page.failures, []);
  return { left, now, then, indicators: asOf.assessments.totalCount, directives: asOf.directives.totalCount };
});
