// The app without a mouse: node read-keyboard.mjs ADDRESS CHROMIUM
import { expect, expectThat, open, settled, test } from "./read-steps.mjs";

const focused = (page) => page.evaluate(() => {
  const element = document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  return {
    tag: element.tagName, text: (element.innerText || element.getAttribute("aria-label") || "").trim().split("\n")[0],
    isOutlined: outlineStyle !== "none" && outlineWidth !== "0px",
  };
});

await test(async (browser) => {
  const page = await open(browser);
  const press = (key) => page.keyboard.press(key);
  const seen = [];
  /** Tabs until something has the focus, and says how often; everything on the way shows that it has it. */
  const reach = async (what, isIt, limit = 60) => {
    for (let presses = 1; presses <= limit; presses += 1) {
      await press("Tab");
      const now = await focused(page);
      expectThat(`the focus can be seen on ${now.tag} ${now.text}`, now.isOutlined);
      if (isIt(now)) return seen.push(`${what} ${presses}`);
    }
    throw new Error(`${what} was not reached in ${limit} steps`);
  };

  await reach("skip link", ({ text }) => text === "Đến nội dung", 1);
  await press("Enter");
  expect("the skip link leads to the content", await page.evaluate(() => document.activeElement.id), "main");

  await page.reload();
  await settled(page);
  await reach("indicators", ({ tag, text }) => tag === "A" && text === "Chỉ tiêu");
  await press("Enter");
  await page.waitForURL(/indicators/);
  await settled(page);
  expect("the heading has the focus", await page.evaluate(() => document.activeElement.tagName), "H1");
  expect("the page has its title", await page.title(), "Chỉ tiêu · Cột Mốc");

  // A filter by keyboard: the first box is the milestone.
  await reach("milestone", ({ tag }) => tag === "SELECT", 3);
  await page.keyboard.type("2025");
  await page.waitForURL(/milestone=2025/);
  await settled(page);
  await reach("why", ({ tag, text }) => tag === "SUMMARY" && text === "Vì sao", 12);
  await press("Enter");
  expectThat("the sentence opens", await page.locator("details[open] p").first().isVisible());
  await press("Shift+Tab");
  await press("Enter");
  await page.waitForURL(/indicators\/.+/);
  await settled(page);
  expect("the heading of the indicator has the focus", await page.evaluate(() => document.activeElement.tagName), "H1");

  // Another day: opens with the field in focus, closes by Escape, and gives the focus back.
  await page.goto(new URL("/app", page.url()).href);
  await settled(page);
  await reach("as of", ({ text }) => text === "Xem tại ngày", 8);
  await press("Enter");
  await page.locator(".as-of input").waitFor();
  expect("the field of the day", await page.evaluate(() => document.activeElement.type), "date");
  await press("Escape");
  expect("it is closed", await page.locator(".as-of form").count(), 0);
  expect("the button has the focus again", (await focused(page)).text, "Xem tại ngày");

  // Search from the header.
  await page.locator(".search-box input").focus();
  await page.keyboard.type("phu song 5g");
  await press("Enter");
  await page.waitForURL(/search\?q=/);
  await settled(page);
  await reach("first hit", ({ tag, text }) => tag === "A" && text === "Tỷ lệ phủ sóng 5G");
  expect("errors of the page", page.failures, []);
  return { seen };
});
