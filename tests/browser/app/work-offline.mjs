// Flight mode: node work-offline.mjs URL CHROMIUM
// A reporter opens the app once with a network, then works without one: reads what is owed from the copy on the phone, drafts and hands
// in, opens the app again. Back online it is sent, once, though an answer is lost; and where somebody else was quicker, a person chooses.
import { accounts, address, ask, assign, byApi, expect, fail, launch, open, PHOTO, see, signIn, tokenOf, until } from "./work-steps.mjs";

const people = await accounts();
const code = "innovative_startup_projects";
await assign(people.STANDING_OFFICE, code);
const browser = await launch();
const { context, page } = await open(browser);
const report = {};
const FIGURE = "mutation ($input: DraftMeasurementInput!, $key: UUID!) { draftMeasurement(input: $input, idempotencyKey: $key) { measurement { id version state value } userErrors { message } } }";

await signIn(page, people.REPORTER);
await page.locator(".task[href*='/work/figures/']").first().waitFor();
// The service worker has everything once it has taken over.
await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
const tasks = page.locator(".task[href*='/work/figures/']");
const owed = await tasks.count();
const ratios = await page.locator(".task[href*='/ADMINISTRATIVE/']").evaluateAll(links => links.map(link => link.getAttribute("href")));
const [one, other] = ratios;
const counted = await page.locator(`.task[href*='/figures/${code}/'][href$='2025-Q4']`).getAttribute("href");
// Nothing but the list was opened with a network: each figure on it can be worked on without one.
const keptFigures = async () => {
  const open = indexedDB.open("cotmoc-work");
  await new Promise(resolve => { open.onsuccess = resolve; });
  const request = open.result.transaction("answers").objectStore("answers").getAllKeys();
  await new Promise(resolve => { request.onsuccess = resolve; });
  open.result.close();
  return request.result.filter(key => String(key).includes("FigurePage")).length;
};
await until(page, "A copy of each figure", `(${keptFigures})().then(count => count >= ${owed})`);

await context.setOffline(true);
await page.reload();
await see(page.locator("h1"), "Việc của tôi", "The app, opened without a network");
await see(page.locator(".notice"), "Không có mạng", "That there is none");
await see(page.locator(".notice"), "Đọc lúc", "Of when the copy is");
expect("What is owed, from the copy", await tasks.count(), owed);

const enter = async (href, numerator, denominator) => {
  await page.locator(`.task[href='${href}']`).click();
  await page.locator("#numerator").fill(numerator);
  await page.locator("#denominator").fill(denominator);
};
await enter(one, "812", "2.000");
await page.getByRole("button", { name: "Lưu bản nháp" }).click();
await see(page.locator(".notice"), "Đã giữ trên máy này", "After saving without a network");
// Once more before it was sent: the later one counts.
await page.locator("#numerator").fill("815");
await page.getByRole("button", { name: "Gửi duyệt" }).click();
await see(page.locator(".notice"), "Đã giữ trên máy này", "After handing in without a network");
await page.reload();
await see(page.locator("h1"), /./, "The figure, opened again without a network");
expect("What was typed is still there", await page.locator("#numerator").inputValue(), "815");
await page.goto(new URL("/app/work", address).href);
await see(page.locator(`.task[href='${one}']`), "Chờ gửi", "The figure in the list");
expect("The number in the header", await page.locator(".unsent-count").innerText(), "1");

// Another with a photograph, which cannot be sent yet.
await page.locator(`.task[href='${counted}']`).click();
await page.locator("#value").fill("3");
await page.locator("#evidence").setInputFiles(PHOTO);
await page.getByRole("button", { name: "Gửi duyệt" }).click();
await see(page.locator(".notice"), "Đã giữ trên máy này", "A photograph without a network");
await page.reload();
await page.locator("#value").waitFor();
expect("What waits with its photograph", await page.locator("#value").inputValue(), "3");
await see(page.locator(".unsent-count"), "2", "The number in the header, with the photograph");

// The second figure waits here while somebody else drafts it elsewhere.
await page.goto(new URL("/app/work", address).href);
await enter(other, "640", "1.000");
await page.getByRole("button", { name: "Lưu bản nháp" }).click();
await see(page.locator(".notice"), "Đã giữ trên máy này", "The second figure");
const keyOf = href => {
  const [indicator, subject, regime, period] = href.split("/").slice(4).map(decodeURIComponent);
  return { indicator, subject, regime, period };
};
await byApi(people.REPORTER, FIGURE, { ...keyOf(other), observation: "FINAL", numerator: "655", denominator: "1000", note: "Số liệu trên máy khác" });

// Back online. The server takes the first figure, but its answer never arrives.
const keys = [];
await page.route("**/graphql", async route => {
  const sent = route.request().postDataJSON();
  if (!sent?.query?.includes("DraftFigure") || sent.variables.input.indicator !== keyOf(one).indicator) return route.continue();
  keys.push(sent.variables.key);
  if (keys.length > 1) return route.continue();
  await route.fetch();
  return route.abort("connectionreset");
});
await page.goto(new URL("/app/work", address).href);
await see(page.locator(".unsent"), /./, "What waits");
await context.setOffline(false);
await see(page.locator(`.task[href='${one}']`), "Đã nộp", "The figure, back online");
if (keys.length < 2) fail(`The lost answer was not asked for again: ${keys.length} requests`);
expect("The same key each time", new Set(keys).size, 1);
report.sentTimes = keys.length;
await see(page.locator(`.task[href='${counted}']`), "Đã nộp", "The figure with its photograph, back online");

// Both values, and a choice.
await see(page.locator(`.task[href='${other}']`), "Không gửi được", "The figure that somebody else has changed");
await page.locator(`.task[href='${other}']`).click();
const conflict = page.locator(".conflict");
await see(conflict, "640", "What stands on this device");
await see(conflict, "655", "What stands on the server");
await see(conflict, "Số liệu trên máy khác", "The note of the other one");
await page.reload();
await see(conflict, "655", "The choice is still there after a reload");
await page.getByRole("button", { name: "Giữ của tôi" }).click();
await see(page.locator(".notice-good"), "Đã lưu bản nháp", "After keeping one's own");
expect("What was kept", await page.locator("#numerator").inputValue(), "640");

// The answer is lost, and the person goes on typing and saves again: what this device has sent itself is no conflict.
await page.unroute("**/graphql");
let lost = 0;
await page.route("**/graphql", async route => {
  if (!route.request().postDataJSON()?.query?.includes("DraftFigure") || lost++ > 0) return route.continue();
  await route.fetch();
  return route.abort("connectionreset");
});
await page.locator("#numerator").fill("641");
await page.getByRole("button", { name: "Lưu bản nháp" }).click();
await see(page.locator(".notice"), "Đã giữ trên máy này", "After an answer was lost");
await page.locator("#numerator").fill("642");
await page.getByRole("button", { name: "Lưu bản nháp" }).click();
await see(page.locator(".notice-good"), "Đã lưu bản nháp", "After saving again");
expect("What was saved last", await page.locator("#numerator").inputValue(), "642");

const STAND = "query ($f: MeasurementFilter) { measurements(filter: $f, first: 10) { nodes { numerator value state version attachments { name } indicator { code } } } }";
const token = await tokenOf(people.REPORTER);
const { measurements } = await ask(STAND, { f: { reporter: "qng.skhcn", states: ["DRAFT", "SUBMITTED"] } }, { token });
const standing = Object.fromEntries(measurements.nodes.map(figure => [figure.indicator.code, figure]));
expect("The first figure at the server", `${standing[keyOf(one).indicator].numerator} ${standing[keyOf(one).indicator].state}`, "815 SUBMITTED");
expect("The second figure at the server", `${standing[keyOf(other).indicator].numerator} ${standing[keyOf(other).indicator].state}`, "642 DRAFT");
expect("The photograph at the server", standing[code].attachments[0]?.name, PHOTO.name);
report.standing = { first: "815", second: "642", photo: true };

// The session ends while something waits here. Another person signs in and out on the same phone, and takes nothing of it away.
await page.locator("#numerator").fill("643");
await page.locator("#evidence").setInputFiles(PHOTO);
await context.setOffline(true);
await page.getByRole("button", { name: "Lưu bản nháp" }).click();
await see(page.locator(".notice"), "Đã giữ trên máy này", "A photograph that waits");
await page.evaluate(async () => {
  const { name } = (await indexedDB.databases()).find(({ name }) => name.startsWith("cotmoc:"));
  const open = indexedDB.open(name);
  await new Promise(resolve => { open.onsuccess = resolve; });
  const transaction = open.result.transaction("entries", "readwrite");
  transaction.objectStore("entries").delete("session");
  await new Promise(resolve => { transaction.oncomplete = resolve; });
  open.result.close();
});
await page.goto("about:blank");
await context.setOffline(false);
await signIn(page, people.HEAD, "/app/settings");
const signOut = page.getByRole("button", { name: "Đăng xuất khỏi máy này" });
await signOut.click();
await page.waitForURL(url => url.pathname === "/app/sign-in");
// A screen that has only just been opened shows nothing that waits either: what the server answers is what counts.
const arrived = page.waitForResponse(response => response.request().postData()?.includes("DraftFigure") && response.request().postData().includes('"643"'));
await signIn(page, people.REPORTER);
await arrived;
await see(page.locator(`.task[href='${other}']`), "Đang soạn", "The figure that waited");
await until(page, "A phone on which nothing waits", () => !document.querySelector(".unsent, .unsent-count"));
await page.locator(`.task[href='${other}']`).click();
await see(page.locator(".files"), PHOTO.name, "The photograph that waited, at the server");
expect("What waited, at the server", await page.locator("#numerator").inputValue(), "643");

// Nobody who comes after finds what this person has read.
await page.goto(new URL("/app/settings", address).href);
await signOut.click();
await page.waitForURL(url => url.pathname === "/app/sign-in");
report.forgotten = await until(page, "An empty device", async () => {
  const open = indexedDB.open("cotmoc-work");
  await new Promise(resolve => { open.onsuccess = resolve; });
  const request = open.result.transaction("answers").objectStore("answers").count();
  await new Promise(resolve => { request.onsuccess = resolve; });
  open.result.close();
  return request.result === 0;
});
await browser.close();
console.log(JSON.stringify(report));
