// What the tests of work share: opening the app as somebody, and saying plainly what was not seen.
import { address, ask, PATIENCE, tokenOf } from "./steps.mjs";

export { accounts, address, ask, axed, expect, launch, tokenOf } from "./steps.mjs";

/** A browser of one person, with nothing kept from anybody else. */
export async function open(browser, { width = 390, height = 844, locale = "vi-VN", colorScheme = "light", bypassCSP = false } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, locale, colorScheme, bypassCSP });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  page.on("pageerror", error => fail(`The page ${page.url()} failed: ${error.stack}`));
  return { context, page };
}

/** Types login and password, as a person does who has an account. */
export async function signIn(page, { login, password }, back = "/app/work") {
  await page.goto(new URL(`/app/sign-in?back=${encodeURIComponent(back)}`, address).href);
  await page.locator("#login").fill(login);
  await page.locator("#password").fill(password);
  await page.locator("form.form button.primary").click();
  await page.waitForURL(url => url.pathname === back.split("?")[0]);
}

export async function speakEnglish(page) {
  await page.locator(".text-tool[lang=en]").click();
  await page.waitForFunction(() => document.documentElement.lang === "en");
}

/** Waits for a text within something, and fails with a sentence if it does not come. */
export async function see(where, text, what) {
  await where
    .filter({ hasText: text })
    .first()
    .waitFor()
    .catch(async () => fail(`${what}: ${text} was not seen, but ${JSON.stringify((await where.allInnerTexts()).join(" | ").slice(0, 600))}`));
}

// What was waited for and did not come: where, and what for, without the pages of a trace.
process.on("uncaughtException", ({ message, stack }) => {
  const place = /(work-(?!steps)[\w-]+\.mjs):(\d+)/.exec(stack ?? "");
  fail(`${place ? `${place[1]}, line ${place[2]}: ` : ""}${message.replace(/\u001b\[\d+m/g, "").split("\n").slice(0, 3).join(" ")}`);
});

export function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}

/** A photograph of one pixel. */
export const PHOTO = {
  name: "Biên bản đo kiểm.png",
  mimeType: "image/png",
  buffer: Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64"),
};

/** As somebody else by the API: what happens away from the screen that is looked at. */
export async function byApi(person, query, input) {
  const answer = Object.values(await ask(query, { input, key: crypto.randomUUID() }, { token: await tokenOf(person) }))[0];
  if (answer.userErrors.length > 0) fail(`The server refused: ${answer.userErrors[0].message}`);
  return answer;
}

/** One more figure of the province for the reporter's agency: by the calendar, so that what is published moves its indicator. */
export async function assign(office, indicator) {
  const query = "mutation ($input: AssignReportingInput!, $key: UUID!) { assignReporting(input: $input, idempotencyKey: $key) { obligations userErrors { message } } }";
  await byApi(office, query, { subjects: ["qng.ubnd"], reporter: "qng.skhcn", indicators: [indicator], validFrom: "2025-12-31" });
}

/** Asks the page again with each of its frames until it answers something. */
export async function until(page, what, read, argument) {
  const end = Date.now() + PATIENCE;
  while (Date.now() < end) {
    const answer = await page.evaluate(read, argument);
    if (answer) return answer;
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
  return fail(`${what} did not come`);
}

/** Waits until what is typed is kept on the device, with this in it. */
export async function keptText(page, text) {
  await until(page, `What is typed, kept with ${text}`, async text => {
    const open = indexedDB.open("cotmoc-work");
    await new Promise(resolve => { open.onsuccess = resolve; });
    const store = open.result.transaction("answers").objectStore("answers");
    const request = store.getAll(IDBKeyRange.bound("unsaved:", "unsaved:\uffff"));
    await new Promise(resolve => { request.onsuccess = resolve; });
    open.result.close();
    return JSON.stringify(request.result).includes(text);
  }, text);
}
