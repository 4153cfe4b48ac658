// What the tests of the reading screens share: opening the app, counting clicks, asking the API what the screens should say.
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

export const [address, executablePath] = process.argv.slice(2);

const PATIENCE = 20_000;
const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** Does what a test does in a browser of its own, prints what it saw, and closes whatever happens. */
export async function test(work) {
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
  try {
    console.log(JSON.stringify(await work(browser)));
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  } finally {
    await browser.close();
  }
}

export function expect(what, seen, wanted) {
  const [one, other] = [seen, wanted].map((value) => JSON.stringify(value));
  if (one !== other) throw new Error(`${what}: ${one} instead of ${other}`);
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

export async function ask(query, variables = {}, { token, language = "vi" } = {}) {
  const headers = { "content-type": "application/json", "accept-language": language, ...(token && { authorization: `Bearer ${token}` }) };
  const answer = await fetch(new URL("/graphql", address), { method: "POST", headers, body: JSON.stringify({ query, variables }) });
  const { data, errors } = await answer.json();
  if (errors) throw new Error(`the API answers ${errors[0].message}`);
  return data;
}

/** The demo's accounts, by role. */
export async function accounts() {
  const list = await (await fetch(new URL("/explorer/accounts.json", address))).json();
  return Object.fromEntries(list.map((account) => [account.role, account]));
}

const SIGN_IN = "mutation ($input: SignInInput!) { signIn(input: $input) { tokens { accessToken } userErrors { message } } }";

export async function tokenOf({ login, password }) {
  const { signIn } = await ask(SIGN_IN, { input: { login, password } });
  if (!signIn.tokens) throw new Error(`${login} cannot sign in: ${signIn.userErrors[0].message}`);
  return signIn.tokens.accessToken;
}

/** What axe calls serious or worse. */
export async function serious(page) {
  if (!(await page.evaluate(() => "axe" in window))) await page.addScriptTag({ path: axe });
  const { violations } = await page.evaluate(() => axe.run());
  const found = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  return found.map(({ id, nodes }) => `${id} ${nodes.map(({ target }) => target.join(" ")).slice(0, 4).join(", ")}`);
}

/** Spaces of all widths as one. */
export const plain = (text) => text.replaceAll(/[\s\u00a0\u202f]+/g, " ").trim();
