// Without a mouse: node work-keyboard.mjs URL CHROMIUM
// A reporter signs in, finds a figure, mends what is wrong, saves and hands it in by keys alone, and always sees where the focus is.
import { accounts, address, assign, expect, fail, launch, open, see } from "./work-steps.mjs";

const people = await accounts();
const code = "innovative_startup_projects";
await assign(people.STANDING_OFFICE, code);
const browser = await launch();
const { page } = await open(browser, { width: 1440, height: 900 });

/** Presses Tab until the focus is at what is meant; every stop on the way must be seen. */
async function tabTo(selector, text) {
  for (let stop = 0; stop < 90; stop++) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(([selector, text]) => {
      const { activeElement } = document;
      const { outlineStyle, outlineWidth } = getComputedStyle(activeElement);
      const around = activeElement.closest(".file-button");
      const seen = (outlineStyle !== "none" && parseFloat(outlineWidth) >= 2) || (around && getComputedStyle(around).outlineStyle !== "none");
      return { found: activeElement.matches(selector) && (!text || activeElement.innerText.includes(text)), seen, what: activeElement.outerHTML.slice(0, 120) };
    }, [selector, text]);
    if (!at.seen && !at.what.startsWith("<body")) fail(`The focus is not to be seen at ${at.what}`);
    if (at.found) return stop;
  }
  return fail(`No Tab leads to ${selector} ${text ?? ""}`);
}

await page.goto(new URL("/app/sign-in?back=%2Fapp%2Fwork", address).href);
await page.locator("#login").waitFor();
await tabTo("#login");
await page.keyboard.type(people.REPORTER.login);
await page.keyboard.press("Tab");
await page.keyboard.type(people.REPORTER.password);
await page.keyboard.press("Enter");
await page.waitForURL(url => url.pathname === "/app/work");
await see(page.locator("h1"), "Việc của tôi", "After signing in");
expect("The focus is at the heading of the new screen", await page.evaluate(() => document.activeElement.tagName), "H1");

await page.locator(`.task[href*='/figures/${code}/'][href$='2025-Q4']`).waitFor();
await tabTo(`.task[href*='/figures/${code}/'][href$='2025-Q4']`);
await page.keyboard.press("Enter");
await page.locator("#value").waitFor();
await tabTo("#value");
await page.keyboard.type("ba");
await page.keyboard.press("Enter");
await see(page.locator(".field-error"), "Không phải là số", "Beside the number");
await page.waitForFunction(() => document.activeElement.id === "value");
await page.keyboard.press("Control+A");
await page.keyboard.type("3");
await page.keyboard.press("Enter");
await see(page.locator(".notice-good"), "Đã lưu bản nháp", "The Enter key saves");
await tabTo(".form-end button", "Gửi duyệt");
await page.keyboard.press("Space");
await see(page.locator(".notice-good"), "Đã gửi duyệt", "After handing in");
await browser.close();
console.log(JSON.stringify({ submitted: code }));
