// A directive from a leader's desk to its end: node work-directive.mjs URL CHROMIUM
// Issued, accepted, reported on by phone, extended by an offer, reported done, sent back, reported done again and confirmed.
import { accounts, address, expect, fail, launch, open, PHOTO, see, signIn } from "./work-steps.mjs";

const people = await accounts();
const browser = await launch();
const title = "Xây dựng kế hoạch chuyển đổi số ngành y tế";

const leader = (await open(browser, { width: 1440, height: 900 })).page;
await signIn(leader, people.LEADER, "/app/work/review");
await leader.getByRole("link", { name: "Giao nhiệm vụ mới" }).click();
await leader.locator("#title").fill(title);
await leader.locator("#leads").fill("so khoa hoc va cong nghe tinh quang ngai");
await leader.locator(".finder-list button", { hasText: "Sở Khoa học và Công nghệ tỉnh Quảng Ngãi" }).first().click();
await see(leader.locator(".chip"), "Sở Khoa học và Công nghệ", "Who leads");
await leader.locator("#deadline").fill("trước ngày nào đó");
await leader.locator("#clause").fill("99.7");
await leader.locator("#document").selectOption("tb-ubnd-qng-2025-04");
await leader.locator("form button.primary").click();
await see(leader.locator(".field-error"), /./, "A deadline that cannot be read");
await leader.locator("#deadline").fill("đến ngày 28/02/2026");
await leader.locator("form button.primary").click();
await see(leader.locator(".notice-good"), "Đã giao nhiệm vụ", "After issuing");
await leader.locator(".notice-good a").click();
await leader.waitForURL(/\/app\/work\/directives\//);
const place = new URL(leader.url()).pathname;

const head = (await open(browser)).page;
await signIn(head, people.HEAD, "/app/work/review?tab=directives");
await head.locator(".task", { hasText: title }).click();
await see(head.locator("h1"), title, "The directive for its head");
await see(head.locator(".facts"), "28/2/2026", "Its deadline");
await head.getByRole("button", { name: "Tiếp nhận" }).click();
await see(head.locator(".notice-good"), "Đã tiếp nhận", "After accepting");

const reporter = (await open(browser)).page;
await signIn(reporter, people.REPORTER, "/app/work");
await reporter.goto(new URL(place, address).href);
await reporter.getByRole("button", { name: "Báo cáo tiến độ" }).click();
await reporter.locator("#percent").fill("40");
await reporter.locator("#narrative").fill("Đã hoàn thành dự thảo lần một");
await reporter.locator("#obstacles").fill("Chờ hướng dẫn của Bộ Y tế");
await reporter.locator("#progress-files").setInputFiles(PHOTO);
await see(reporter.locator(".files"), PHOTO.name, "The photograph");
await reporter.getByRole("button", { name: "Gửi", exact: true }).click();
await see(reporter.locator(".notice-good"), "Đã báo cáo tiến độ", "After reporting progress");
await see(reporter.locator("main"), "Chờ hướng dẫn của Bộ Y tế", "The obstacle on the screen");
await see(reporter.locator(".files a"), PHOTO.name, "The photograph, to be opened");

await head.getByRole("button", { name: "Xin gia hạn" }).click();
await head.locator("#proposed").fill("2026-04-30");
await head.locator("#extension-reason").fill("Chờ hướng dẫn của Bộ Y tế");
await head.getByRole("button", { name: "Gửi", exact: true }).click();
await see(head.locator(".notice-good"), "Đã gửi đề nghị gia hạn", "After asking for time");

// The leader's screen hears of it by itself.
await see(leader.locator("main"), "xin lùi hạn đến 30/4/2026", "The request, live");
await leader.locator("#decision-reason").fill("Cần trước Hội nghị quý I");
await leader.getByRole("button", { name: "Đề xuất hạn khác" }).click();
await leader.locator("#counter").fill("2026-03-31");
await leader.getByRole("button", { name: "Đề xuất hạn khác" }).click();
await see(leader.locator(".notice-good"), "Đã quyết định", "After deciding");

await see(head.locator("main"), "31/3/2026", "The offer, live");
await head.getByRole("button", { name: "Nhận hạn này" }).click();
await see(head.locator(".notice-good"), "Đã trả lời", "After taking the offer");
await see(head.locator(".facts"), "31/3/2026", "The new deadline");
await see(head.locator(".facts"), "28/2/2026", "The first deadline, which is not lost");

const reportDone = async (what) => {
  await head.getByRole("button", { name: "Báo cáo hoàn thành" }).click();
  await head.locator("#done-narrative").fill(what);
  await head.locator(".disclosure form button.primary").click();
  await see(head.locator(".notice-good"), "Đã báo cáo hoàn thành", "After reporting it done");
};
await reportDone("Kế hoạch đã ban hành");
if (await head.getByRole("button", { name: "Xác nhận hoàn thành" }).count()) fail("Whoever reported it done could confirm it");

const office = (await open(browser, { width: 820, height: 1100 })).page;
await signIn(office, people.STANDING_OFFICE, "/app/work/review?tab=directives");
await office.locator(".task", { hasText: title }).click();
await office.getByRole("button", { name: "Yêu cầu làm lại" }).click();
await office.locator("#back-reason").fill("Thiếu phân công cấp xã");
await office.getByRole("button", { name: "Gửi", exact: true }).click();
await see(office.locator(".notice-good"), "Đã yêu cầu làm lại", "After sending it back");

await head.getByRole("button", { name: "Báo cáo hoàn thành" }).waitFor();
await reportDone("Đã bổ sung phân công cấp xã");
await office.getByRole("button", { name: "Xác nhận hoàn thành" }).first().click();
await office.locator("#confirm-note").fill("Đã kiểm tra hồ sơ");
await office.locator(".disclosure form button.primary").click();
await see(office.locator(".notice-good"), "Đã xác nhận hoàn thành", "After confirming");
await see(head.locator(".lead .status"), "Hoàn thành", "The head sees it, live");
expect("Nothing is left to do for the head", await head.locator("main .disclosure").count(), 0);
await browser.close();
console.log(JSON.stringify({ directive: decodeURIComponent(place.split("/").at(-1)), deadline: "2026-03-31", first: "2026-02-28", confirmed: true }));
