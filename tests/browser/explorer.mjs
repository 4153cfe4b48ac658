// Opens the explorer as its readers do: node explorer.mjs URL CHROMIUM
// Prints what was seen, as JSON.
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const [url, executablePath] = process.argv.slice(2);
const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });

const answer = ".graphiql-response .result-window .CodeMirror";
const shown = (page) => page.locator(answer).innerText();

async function open(width, height, locale, colorScheme) {
  // The policy of the page stays as it is for the page; only what looks at it is let in.
  const page = await browser.newPage({ viewport: { width, height }, locale, colorScheme, bypassCSP: true });
  await page.goto(url);
  await page.waitForFunction((answer) => document.querySelector(answer)?.innerText.includes("data"), answer);
  return page;
}

/** What axe calls serious or worse, in what is ours: neither in the library's editors nor in its tabs. */
async function serious(page) {
  await page.addScriptTag({ path: axe });
  const { violations } = await page.evaluate(() => axe.run({ exclude: [[".CodeMirror"], [".graphiql-tabs"]] }));
  const found = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  return found.map(({ id, nodes }) => `${id} ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
}

const phone = await open(390, 844, "vi-VN", "light");
const box = await phone.locator(answer).boundingBox();
const before = await shown(phone);
await phone.locator(".graphiql-sidebar button").first().click();
const examples = await phone.locator(".cotmoc-examples h1").innerText();
const onPane = await serious(phone);
await phone.locator(".cotmoc-examples li button").nth(1).click();
await phone.waitForFunction(([answer, before]) => document.querySelector(answer).innerText !== before, [answer, before]);
const report = {
  phone: {
    language: await phone.evaluate(() => document.documentElement.lang),
    signIn: await phone.locator(".cotmoc-account > button").innerText(),
    examples,
    answer: box,
    width: await phone.evaluate(() => document.documentElement.scrollWidth),
    paneIsClosed: !(await phone.locator(".cotmoc-examples").isVisible()),
    serious: [...onPane, ...(await serious(phone))],
  },
};
for (const [name, width, locale, scheme] of [["tablet", 820, "vi-VN", "dark"], ["desk", 1440, "en-US", "light"]]) {
  const page = await open(width, 900, locale, scheme);
  report[name] = {
    language: await page.evaluate(() => document.documentElement.lang),
    signIn: await page.locator(".cotmoc-account > button").innerText(),
    serious: await serious(page),
  };
}
await browser.close();
console.log(JSON.stringify(report));
