// Every reading screen, in both themes, on a phone and on a desk, and on the narrowest screen there is: node read-axe.mjs ADDRESS CHROMIUM
import { ask, expect, open, serious, settled, test } from "./read-steps.mjs";

const { indicator, document, directives, agencies } = await ask(`{
  indicator(code: "coverage_5g_share") { id }
  document(code: "359-KH/TU") { id }
  directives(filter: { programme: "nq57-quang-ngai" }, order: { by: DUE_ON }, first: 3) { nodes { code } }
  agencies(filter: { subtree: "qng.ubnd", text: "khoa hoc cong nghe" }, first: 1) { nodes { code } }
}`);
const screens = [
  "/app",
  "/app/indicators",
  "/app/indicators?milestone=2025&status=MISSED",
  "/app/indicators/coverage_5g_share",
  "/app/indicators/coverage_5g_share?asof=2025-06-30",
  "/app/agencies",
  `/app/agencies/${agencies.nodes[0].code}`,
  "/app/directives",
  `/app/directives/${encodeURIComponent(directives.nodes.at(-1).code)}`,
  `/app/documents/${document.id}`,
  "/app/changes?since=2025-04-30&until=2025-06-30",
  "/app/search?q=chuyen+doi+so",
  `/app/objects/${indicator.id}`,
  "/app/nowhere",
];

await test(async (browser) => {
  const seen = { screens: 0, serious: [], wide: [], failures: [] };
  for (const [width, height, colorScheme] of [[1440, 900, "light"], [390, 844, "dark"], [1440, 900, "dark"], [320, 640, "light"]]) {
    // The policy of the page stays as it is for the page; only what looks at it is let in.
    const page = await open(browser, { width, height, colorScheme, bypassCSP: true });
    for (const path of screens) {
      await page.goto(new URL(path, page.url()).href);
      await settled(page);
      const name = `${path} ${width} ${colorScheme}`;
      // The smallest is there for its width: what axe sees on it, it has seen on the phone.
      if (width > 320) seen.serious.push(...(await serious(page)).map((found) => `${name}: ${found}`));
      const scroll = await page.evaluate(() => document.documentElement.scrollWidth);
      if (scroll > width) seen.wide.push(`${name}: ${scroll}`);
      seen.screens += 1;
    }
    if (width === 1440) {
      await page.locator(".as-of button").first().click();
      seen.serious.push(...(await serious(page)).map((found) => `as of ${colorScheme}: ${found}`));
    }
    seen.failures.push(...page.failures);
    await page.context().close();
  }
  expect("what axe calls serious", seen.serious, []);
  expect("screens wider than the window", seen.wide, []);
  expect("errors of the pages", seen.failures, []);
  return { screens: seen.screens };
});
