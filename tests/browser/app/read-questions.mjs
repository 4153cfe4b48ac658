// The seven questions of somebody who knows the province but no GraphQL, answered by clicking: node read-questions.mjs ADDRESS CHROMIUM
// Each answer is held against what the API says. Prints clicks, milliseconds and answers.
import { accounts, address, ask, clicker, expect, expectThat, open, plain, settled, side, test, tokenOf } from "./read-steps.mjs";

const PROGRAMME = "nq57-quang-ngai";
const SUBJECT = "qng.ubnd";
const FIVE_G = "coverage_5g_share";

const api = await ask(
  `query ($programme: String!, $subject: String!, $indicator: String!, $then: DateTime!) {
    for2025: statusCounts(by: PROGRAMME, filter: { programme: $programme, milestone: 2025 }) { nodes { total achieved missed } }
    today: assessments(first: 1) { nodes { on } }
    overdue: directives(filter: { programme: $programme, timeliness: [OVERDUE] }, first: 100) { nodes { dueOn leads { name } } }
    next: assessments(filter: { programme: $programme, indicator: $indicator }) {
      nodes { attainment projection { projection { reachedOn } } }
    }
    asOf(instant: $then) {
      indicator(code: $indicator) { latestMeasurement(subject: $subject) { value } assessment(subject: $subject) { sentence } }
    }
    standings(indicator: $indicator, filter: { level: COMMUNE, below: $subject }) { summary { subjects reported } }
    indicators(filter: { programme: $programme }, first: 100) {
      nodes { code name directives(first: 1) { totalCount } late: directives(filter: { timeliness: [OVERDUE] }, first: 1) { totalCount } }
    }
  }`,
  { programme: PROGRAMME, subject: SUBJECT, indicator: FIVE_G, then: "2025-06-30T17:00:00Z" },
);
const leader = (await accounts()).LEADER;
const [year] = api.today.nodes[0].on.split("-").map(Number);
/** What the most late of all owes, by the years that are counted: those of today and two before. */
const { scorecards } = await ask(
  `query ($period: Period!, $subject: String!) {
    scorecards(period: $period, filter: { below: $subject }, order: { by: LATE, direction: DESCENDING }, first: 1) { nodes { late agency { name } } }
  }`,
  { period: `${year - 2}-01-01/${year}-12-31`, subject: SUBJECT },
  { token: await tokenOf(leader) },
);

await test(async (browser) => {
  const report = {};
  const question = async (name, page, work) => {
    const { clicks, ...hand } = clicker(page);
    const begun = Date.now();
    const answer = await work(hand);
    report[name] = { clicks: clicks.length, how: clicks.join(" › "), ms: Date.now() - begun, answer };
    expectThat(`${name}: at most six clicks`, clicks.length <= 6);
    expect(`${name}: errors of the page`, page.failures, []);
    await page.context().close();
  };
  const row = (page, name) => page.locator("table.indicators tbody tr", { hasText: name });

  await question("on track for 2025, and why not", await open(browser), async ({ click, choose, page }) => {
    await click("Chỉ tiêu", side(page, "Chỉ tiêu"));
    await choose("Mốc 2025", page.getByRole("combobox", { name: "Mốc", exact: true }), "2025");
    await page.locator("table.indicators .status", { hasText: "Không đạt" }).first().waitFor();
    const rows = page.locator("table.indicators tbody tr");
    const [{ total, achieved, missed }] = api.for2025.nodes;
    expect("indicators listed", await rows.count(), total);
    const has = (text) => rows.filter({ has: page.locator(".status", { hasText: text }) }).count();
    expect("achieved", await has("Đã đạt"), achieved);
    expect("missed", await has("Không đạt"), missed);
    await click("Vì sao", rows.first().locator("summary"));
    const why = plain(await rows.first().locator("details p").innerText());
    expectThat("the sentence says why not", why.includes("không đạt") || why.includes("chưa đạt"));
    return { achieved, missed, total, why };
  });

  await question("how far, and when there", await open(browser), async ({ click, page }) => {
    await click("Chỉ tiêu", side(page, "Chỉ tiêu"));
    const cells = row(page, "Tỷ lệ phủ sóng 5G").first().locator("td");
    const [way, when] = [plain(await cells.nth(3).innerText()), plain(await cells.nth(5).innerText())];
    const [{ attainment, projection }] = api.next.nodes;
    expect("the way in per cent", way, `${Math.round(Number(attainment) * 100)} %`);
    const [year, month, day] = projection.projection.reachedOn.split("-").map(Number);
    expect("the day", when, `${day}/${month}/${year}`);
    return { way, when };
  });

  await question("which agency is most late", await open(browser, { path: "/app/agencies" }), async ({ click, page }) => {
    await click("Đăng nhập", page.locator(".top .sign-in"));
    await click("Lãnh đạo", page.locator("button", { hasText: leader.fullName }));
    await page.waitForURL((url) => url.pathname === "/app/agencies");
    await page.locator("table.agencies thead th", { hasText: "Báo cáo" }).waitFor();
    const answer = plain(await page.locator(".answer").innerText());
    const [{ agency, late }] = scorecards.nodes;
    expect("it names the agency and how much is late", answer, `Chậm nhất: ${agency.name}, ${late} việc.`);
    // Whatever the home page calls overdue, is counted here or told of: that of this year, of those before, and what is older still.
    const counted = api.overdue.nodes.filter(({ dueOn }) => dueOn >= `${year - 2}-01-01`);
    const cells = page.locator("table.agencies tbody tr td:nth-of-type(3) .tone-missed", { hasText: "quá hạn" });
    const sum = (await cells.allInnerTexts()).reduce((total, text) => total + Number.parseInt(text, 10), 0);
    expectThat(`${sum} overdue directives, at least ${counted.length}`, sum >= counted.length);
    const older = page.locator(".hint", { hasText: "từ trước kỳ này" });
    expect("older ones are told of", await older.count(), api.overdue.nodes.length > counted.length ? 1 : 0);
    return { answer, first: plain(await page.locator("table.agencies tbody tr").first().innerText()) };
  });

  await question("what has changed since Monday", await open(browser), async ({ click, page }) => {
    await click("Có gì mới", side(page, "Có gì mới"));
    const summary = page.locator(".section .hint", { hasText: "thay đổi từ" });
    await summary.waitFor();
    const [{ on }] = api.today.nodes;
    const back = (new Date(on).getUTCDay() + 6) % 7 || 7;
    const monday = new Date(Date.parse(on) - back * 86_400_000);
    const said = plain(await summary.innerText());
    expectThat(`it counts from Monday, ${said}`, said.includes(`từ ${monday.getUTCDate()}/${monday.getUTCMonth() + 1}/${monday.getUTCFullYear()}`));
    const recorded = page.locator(".section", { hasText: "Mọi ghi nhận" });
    await recorded.locator(".lines li").first().waitFor();
    // All of it can be read, not the first page alone.
    const shown = await recorded.locator(".lines li").count();
    await recorded.getByRole("button", { name: "Xem thêm" }).click();
    await recorded.locator(".lines li").nth(shown).waitFor();
    return { said, first: plain(await recorded.locator(".lines li").first().innerText()) };
  });

  await question("known on 2025-06-30 about 5G", await open(browser), async ({ click, page }) => {
    await click("Xem tại ngày", page.locator(".as-of > button"));
    await page.locator(".as-of input").fill("2025-06-30");
    await click("Xem", page.locator(".as-of form button.primary"));
    await page.locator(".search-box input").fill("phu song 5g");
    await page.keyboard.press("Enter");
    await page.waitForURL(/search/);
    await settled(page);
    await click("Tỷ lệ phủ sóng 5G", page.locator("main a", { hasText: "Tỷ lệ phủ sóng 5G" }));
    await page.locator(".huge .figure").waitFor();
    const then = api.asOf.indicator;
    const value = plain(await page.locator(".huge").innerText());
    expect("the figure", Number(value.replace(" %", "").replace(",", ".")), Number(then.latestMeasurement.value));
    const said = plain(await page.locator(".sentence").innerText());
    expect("what was said", said, plain(then.assessment.sentence));
    const banner = plain(await page.locator(".as-of-banner strong").innerText());
    return { value, said, banner };
  });

  await question("5G by commune, on a map", await open(browser), async ({ click, page }) => {
    await click("Chỉ tiêu", side(page, "Chỉ tiêu"));
    await click("Tỷ lệ phủ sóng 5G", row(page, "Tỷ lệ phủ sóng 5G").locator("a"));
    await click("Xem bản đồ", page.locator(".page-actions a"));
    await page.locator(".map g[data-code]").first().waitFor();
    const marks = await page.locator(".map g[data-code]").count();
    const { subjects, reported } = api.standings.summary;
    expect("marks on the map", marks, Math.min(subjects, 100));
    expect("figures on the map", await page.locator(".map .mark:not(.q0)").count(), reported);
    return { marks, reported, best: plain(await page.locator(".ranking tbody tr").first().innerText()) };
  });

  // One of which the demo has directives: the one with most that are late, else with most.
  const [served] = [...api.indicators.nodes].sort(
    (one, other) => other.late.totalCount - one.late.totalCount || other.directives.totalCount - one.directives.totalCount,
  );
  await question("directives that serve an indicator and are late", await open(browser), async ({ click, page }) => {
    await click("Chỉ tiêu", side(page, "Chỉ tiêu"));
    await click(served.name, page.locator("table.indicators tbody th a").getByText(served.name, { exact: true }));
    const section = page.locator("#directives");
    await section.locator(".lines li").first().waitFor();
    expect("directives", await section.locator(".lines li").count(), served.directives.totalCount);
    expect("late ones", await section.locator('li[data-timeliness="OVERDUE"]').count(), served.late.totalCount);
    return { indicator: served.name, said: plain(await section.locator(".hint").innerText()), first: plain(await section.locator("li").first().innerText()) };
  });

  for (const [name, { ms }] of Object.entries(report)) expectThat(`${name}: under a minute`, ms < 60_000);
  return { address, ...report };
});
