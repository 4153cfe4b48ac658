// The communes of a province on a map and in a ranking that says the same: node read-map.mjs ADDRESS CHROMIUM
import { ask, expect, expectThat, open, plain, settled, test } from "./read-steps.mjs";

const { standings } = await ask(`{
  standings(indicator: "coverage_5g_share", filter: { level: COMMUNE, below: "qng.ubnd" }) {
    summary { subjects reported notReported }
    rows(first: 100) { nodes { rank quartile value subject { code name location { latitude longitude } } } }
  }
}`);
const rows = standings.rows.nodes;

await test(async (browser) => {
  const seen = {};
  for (const [name, width, colorScheme] of [["desk", 1440, "light"], ["phone", 390, "dark"]]) {
    const page = await open(browser, { path: "/app/indicators/coverage_5g_share", width, colorScheme });
    await page.locator(".page-actions a").click();
    const marks = page.locator(".map g[data-code]");
    await marks.first().waitFor();
    await settled(page);
    expect(`${name}: marks`, await marks.count(), rows.filter(({ subject }) => subject.location).length);
    for (const quartile of [1, 2, 3, 4]) {
      const [drawn, told] = [await page.locator(`.map .mark.q${quartile}`).count(), rows.filter((row) => row.quartile === quartile).length];
      expect(`${name}: quarter ${quartile}`, drawn, told);
    }
    expect(`${name}: rows of the ranking`, await page.locator(".ranking tbody tr").count(), rows.length);
    const first = page.locator(".ranking tbody tr").first();
    expectThat(`${name}: the best comes first`, plain(await first.innerText()).includes(rows[0].subject.name));

    // North is up and east is to the right: the marks lie as the communes do.
    const places = await marks.evaluateAll((all) => all.map((mark) => {
      const { e, f } = mark.transform.baseVal.consolidate().matrix;
      return { code: mark.dataset.code, x: e, y: f };
    }));
    const at = (code) => places.find((place) => place.code === code);
    const located = rows.filter(({ subject }) => subject.location).map(({ subject }) => subject);
    const most = (by) => located.reduce((best, one) => (by(one.location) > by(best.location) ? one : best));
    const [north, south] = [most(({ latitude }) => latitude), most(({ latitude }) => -latitude)];
    const [east, west] = [most(({ longitude }) => longitude), most(({ longitude }) => -longitude)];
    expectThat(`${name}: ${north.name} above ${south.name}`, at(north.code).y < at(south.code).y);
    expectThat(`${name}: ${west.name} left of ${east.name}`, at(west.code).x < at(east.code).x);
    const box = await page.locator(".map svg").boundingBox();
    expectThat(`${name}: all on the map`, places.every(({ x, y }) => x > 0 && y > 0 && x < box.width && y < box.height));

    if (name === "desk") {
      // A mark that is pointed at says its name and figure, and its row is marked.
      const svg = await page.locator(".map svg").boundingBox();
      await page.mouse.move(svg.x + at(rows[0].subject.code).x, svg.y + at(rows[0].subject.code).y);
      await page.locator(".map-tip").waitFor();
      const tip = plain(await page.locator(".map-tip text").textContent());
      expectThat("the mark says whose it is", tip.startsWith(rows[0].subject.name));
      expect("its row", await page.locator(".ranking tr.active").getAttribute("data-code"), rows[0].subject.code);
      seen.tip = tip;
      await first.locator("a").click();
      await page.waitForURL(/agencies\//);
      await settled(page);
      expect("a row leads to its commune", plain(await page.locator("h1").innerText()), rows[0].subject.name);
    }
    expect(`${name}: errors of the page`, page.failures, []);
    seen[name] = { marks: places.length };
    await page.context().close();
  }
  return { ...seen, ...standings.summary };
});
