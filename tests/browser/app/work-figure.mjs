// The life of a figure over three people and two languages: node work-figure.mjs URL CHROMIUM
// A reporter drafts it on the phone, its head sends it back in English, the reporter mends it, the head endorses, the standing office
// publishes at a desk, and whoever has not signed in sees the indicator move.
import { accounts, address, assign, expect, fail, keptText, launch, open, PHOTO, see, signIn, speakEnglish } from "./work-steps.mjs";

const people = await accounts();
const code = "adult_regular_digital_services_use_share";
await assign(people.STANDING_OFFICE, code);
const browser = await launch();
const report = {};

const reporter = (await open(browser)).page;
await signIn(reporter, people.REPORTER);
await see(reporter.locator("h1"), "Việc của tôi", "The reporter's first screen");
const tasks = reporter.locator(".task[href*='/work/figures/']");
await tasks.first().waitFor();
report.owed = await tasks.count();
const task = reporter.locator(`.task[href*='/figures/${code}/']`, { hasText: "Phải báo cáo" });
const name = await task.locator(".task-name").innerText();
const href = await task.getAttribute("href");
await task.click();
await see(reporter.locator("h1"), name, "The figure's screen");

// A number as nobody writes it here is found before anything is sent.
await reporter.locator("#numerator").fill("8.1.2");
await reporter.locator("#denominator").fill("2.000");
await reporter.getByRole("button", { name: "Lưu bản nháp" }).click();
await see(reporter.locator(".field-error"), "Không phải là số", "Beside the number");
expect("The focus is at what is to be mended", await reporter.evaluate(() => document.activeElement.id), "numerator");
await reporter.locator("#numerator").fill("812");
await see(reporter.locator(".ratio-shown"), "40,6", "The ratio of what is typed");
await reporter.locator("#note").fill("Số liệu từ Cổng dịch vụ công của tỉnh");

// Whoever changes the language goes on with the same form, and finds the same numbers after opening the app again.
await keptText(reporter, "2.000");
await speakEnglish(reporter);
await see(reporter.locator("label[for=denominator]"), "Denominator", "The form in English");
expect("The denominator in English", await reporter.locator("#denominator").inputValue(), "2,000");
expect("The note in English", await reporter.locator("#note").inputValue(), "Số liệu từ Cổng dịch vụ công của tỉnh");
await reporter.reload();
await reporter.locator("#denominator").waitFor();
expect("The denominator, opened again in English", await reporter.locator("#denominator").inputValue(), "2,000");
await reporter.locator(".text-tool[lang=vi]").click();
await see(reporter.locator("label[for=denominator]"), "Mẫu số", "The form in Vietnamese again");
expect("The denominator in Vietnamese again", await reporter.locator("#denominator").inputValue(), "2.000");
await reporter.getByRole("button", { name: "Lưu bản nháp" }).click();
await see(reporter.locator(".notice-good"), "Đã lưu bản nháp", "After saving");
await reporter.locator("#evidence").setInputFiles(PHOTO);
await see(reporter.locator(".files"), PHOTO.name, "The photograph");
// It is there after the phone has closed the app.
await keptText(reporter, PHOTO.name);
await reporter.reload();
await see(reporter.locator(".files"), PHOTO.name, "The photograph, opened again");
await reporter.getByRole("button", { name: "Gửi duyệt" }).click();
await see(reporter.locator(".notice-good"), "Đã gửi duyệt", "After handing in");

const head = (await open(browser, { locale: "en-US" })).page;
await signIn(head, people.HEAD, "/app/work/review");
await speakEnglish(head);
const card = head.locator(".review-card");
await see(card, /40\.6/, "The head's queue");
await see(card, "812", "The parts of the ratio");
await see(card, PHOTO.name, "The evidence");
await card.getByRole("button", { name: "Return" }).click();
await card.locator("textarea").fill("Mẫu số thiếu hai xã");
await card.locator("form button.primary").click();
await see(head.locator(".notice-good"), "Returned", "After returning it");
report.headSaw = "40.6";

// Told, and why.
await reporter.locator(".tool[href*=notifications] .badge").waitFor();
await reporter.locator(".tool[href*=notifications]").click();
await see(reporter.locator(".inbox-open"), "trả lại", "The reporter's inbox");
await reporter.locator(".inbox-open", { hasText: "trả lại" }).first().click();
await see(reporter.locator("h1"), "Việc của tôi", "Where the notification leads");
await reporter.locator(`.task[href='${href}']`, { hasText: "Bị trả lại" }).click();
await see(reporter.locator(".notice-warn"), "Mẫu số thiếu hai xã", "The reason");
expect("What was typed is still there", await reporter.locator("#numerator").inputValue(), "812");
await reporter.locator("#numerator").fill("820");
await reporter.getByRole("button", { name: "Gửi duyệt" }).click();
await see(reporter.locator(".notice-good"), "Đã gửi duyệt", "After handing it in again");

await see(card, /41(\.0)?\s*%/, "The head's queue, live");
await card.getByRole("button", { name: "Endorse" }).click();
await see(head.locator(".notice-good"), "Endorsed", "After endorsing");

// Somebody who reads only has the indicator open meanwhile.
const anyone = (await open(browser)).page;
await anyone.goto(new URL(`/app/indicators/${encodeURIComponent(code)}`, address).href);
await see(anyone.locator("h1"), name, "The indicator");
if (/41(,0)?\s*%/.test(await anyone.locator("main").innerText())) fail("The figure was to be seen before it was published");

const office = (await open(browser, { width: 1440, height: 900 })).page;
await signIn(office, people.STANDING_OFFICE, "/app/work/review");
const waiting = office.locator(".review-card", { hasText: name });
await see(waiting, /41(,0)?\s*%/, "The standing office's queue");
await waiting.getByRole("button", { name: "Công bố" }).click();
await see(office.locator(".notice-good"), "Đã công bố", "After publishing");

await see(anyone.locator("main"), /41(,0)?\s*%/, "The indicator, live, without signing in");
report.published = { code, value: "41" };
await browser.close();
console.log(JSON.stringify(report));
