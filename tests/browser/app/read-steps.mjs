// What the tests of the reading screens share: opening the app, and counting clicks.
import { address, axed, launch, PATIENCE } from "./steps.mjs";

export { accounts, address, ask, expect, tokenOf } from "./steps.mjs";

/** Does what a test does in a browser of its own, prints what it saw, and closes whatever happens. */
export async function test(work) {
  const browser = await launch();
  try {
    console.log(JSON.stringify(await work(browser)));
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  } finally {
    await browser.close();
  }
}

export function expectThat(what, holds) {
  if (!holds) throw new Error(`${what} does not hold`);
}

export async function open(browser, { path = "/app", width = 1440, height = 900, colorScheme = "light", locale = "vi-VN", ...rest } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme, locale, ...rest });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  page.failures = [];
  page.on("pageerror", (error) => page.failures.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") page.failures.push(message.text());
  });
  await page.goto(new URL(path, address).href);
  await settled(page);
  return page;
}

/** The screen is there, and nothing on it is still on its way. */
export async function settled(page) {
  try {
    await page.locator("h1").first().waitFor();
    await page.waitForFunction(() => !document.querySelector(".skeleton"));
  } catch {
    throw new Error(`${page.url()} is not there yet: ${await page.locator("main").innerText()}`);
  }
}

/** Clicks like a person, and remembers on what; choosing in a list counts as well. */
export function clicker(page) {
  const clicks = [];
  return {
    page,
    clicks,
    async click(name, where) {
      await where.first().click();
      clicks.push(name);
      await settled(page);
    },
    async choose(name, where, value) {
      await where.selectOption(value);
      clicks.push(name);
      await settled(page);
    },
  };
}

/** What the page offers for going somewhere: the side bar. */
export const side = (page, name) => page.locator("nav.side a", { hasText: name });

/** What axe calls serious or worse. */
export const serious = async (page) => (await axed(page)).serious;

/** Spaces of all widths as one. */
export const plain = (text) => text.replaceAll(/[\s\u00a0\u202f]+/g, " ").trim();
