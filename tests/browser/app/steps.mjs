// What all stories of the app share: the browser, who there is in the demo, and the API beside the screens.
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

export const [address, executablePath] = process.argv.slice(2);

/** So long anything is waited for, in milliseconds. */
export const PATIENCE = 60_000;

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

export async function launch() {
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}

export function expect(what, seen, wanted) {
  const [one, other] = [seen, wanted].map((value) => JSON.stringify(value));
  if (one !== other) throw new Error(`${what}: ${one} instead of ${other}`);
}

/** The demo's accounts, by role. */
export async function accounts() {
  const list = await (await fetch(new URL("/explorer/accounts.json", address))).json();
  return Object.fromEntries(list.map((account) => [account.role, account]));
}

export async function ask(query, variables = {}, { token, language = "vi" } = {}) {
  const headers = { "content-type": "application/json", "accept-language": language, ...(token && { authorization: `Bearer ${token}` }) };
  const answer = await fetch(new URL("/graphql", address), { method: "POST", headers, body: JSON.stringify({ query, variables }) });
  const { data, errors } = await answer.json();
  if (errors) throw new Error(`the API answers ${errors[0].message}`);
  return data;
}

const SIGN_IN = "mutation ($input: SignInInput!) { signIn(input: $input) { tokens { accessToken } userErrors { message } } }";

/** What somebody signs in with by the API. */
export async function tokenOf({ login, password }) {
  const { signIn } = await ask(SIGN_IN, { input: { login, password } });
  if (!signIn.tokens) throw new Error(`${login} cannot sign in: ${signIn.userErrors[0].message}`);
  return signIn.tokens.accessToken;
}

/** All that axe finds, and what of it is serious or worse, each with where it is. */
export async function axed(page) {
  if (!(await page.evaluate(() => "axe" in window))) await page.addScriptTag({ path: axe });
  const { violations } = await page.evaluate(() => axe.run());
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  return { violations: violations.length, serious: serious.map(({ id, nodes }) => `${id} ${nodes.slice(0, 4).map(whereOf).join(", ")}`) };
}

const whereOf = ({ target, failureSummary }) => `${target.join(" ")} (${failureSummary.split("\n")[1]?.trim()})`;
