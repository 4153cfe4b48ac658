// One's own account: node work-account.mjs URL CHROMIUM
// A wrong password, a second factor that is set up and then asked for, being told, a push message, other sessions, the inspector's trail.
import { createHmac } from "node:crypto";
import { accounts, address, ask, expect, launch, open, see, signIn, tokenOf, until } from "./work-steps.mjs";

const people = await accounts();
const browser = await launch();
const report = {};
const { context, page } = await open(browser);
await context.grantPermissions(["notifications"], { origin: new URL(address).origin });

await page.goto(new URL("/app/sign-in", address).href);
await page.locator("#login").fill(people.LEADER.login);
await page.locator("#password").fill("không phải mật khẩu");
await page.locator("form.form button.primary").click();
await see(page.locator(".notice-bad"), /./, "A wrong password");

// By one touch, and back to where one came from.
await page.goto(new URL(`/app/sign-in?back=${encodeURIComponent("/app/settings")}`, address).href);
await page.locator(".choice", { hasText: people.LEADER.login }).click();
await page.waitForURL(url => url.pathname === "/app/settings");
await see(page.locator(".facts"), people.LEADER.fullName, "Whose settings these are");

// How one is told, kept by the server.
const mail = page.locator(".settings-choices tr", { hasText: "Đã báo cáo hoàn thành" }).locator("select");
const chosen = page.waitForResponse(answer => answer.request().postData()?.includes("chooseNotifications") ?? false);
await mail.selectOption("WEEKLY");
await chosen;
await page.reload();
await mail.waitFor();
await page.waitForFunction(() => [...document.querySelectorAll(".settings-choices select")].some(({ value }) => value === "WEEKLY"));
expect("What was chosen", await mail.inputValue(), "WEEKLY");

// What is pushed to this phone is shown, and leads to what it tells of.
await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
const devtools = await context.newCDPSession(page);
const registered = new Promise(resolve => devtools.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => registrations[0] && resolve(registrations[0].registrationId)));
await devtools.send("ServiceWorker.enable");
const pushed = { title: "Cột Mốc", body: "Nhiệm vụ đã báo cáo hoàn thành", tag: "1", notification: "thu", path: "/app/objects/thu" };
await devtools.send("ServiceWorker.deliverPushMessage", { origin: new URL(address).origin, registrationId: await registered, data: JSON.stringify(pushed) });
report.push = await until(page, "The notification", async () => {
  const [notification] = await (await navigator.serviceWorker.ready).getNotifications();
  return notification ? { title: notification.title, body: notification.body, data: notification.data } : null;
});
expect("The notification's text", report.push.body, pushed.body);
expect("What it opens", report.push.data.path, pushed.path);

// A second place, which is signed out from here.
const elsewhere = await open(browser);
await signIn(elsewhere.page, people.LEADER, "/app/settings");
await page.reload();
await page.getByRole("button", { name: "Đăng xuất mọi nơi khác" }).click();
await page.getByRole("button", { name: "Đăng xuất mọi nơi khác" }).waitFor({ state: "detached" });
await elsewhere.page.goto(new URL("/app/work/review", address).href);
await see(elsewhere.page.locator("main"), "Hãy đăng nhập", "The other place");

// The second factor. The server's clock says which six digits are right.
await page.locator("#factor-password").fill(people.LEADER.password);
await page.getByRole("button", { name: "Bật xác thực hai bước" }).click();
const secret = (await page.locator(".secret").innerText()).replaceAll(" ", "");
const now = await page.evaluate(async () => {
  const database = await new Promise(resolve => { const open = indexedDB.open(`cotmoc:${location.origin}/graphql`); open.onsuccess = () => resolve(open.result); });
  const held = await new Promise(resolve => { const get = database.transaction("entries").objectStore("entries").get("session"); get.onsuccess = () => resolve(get.result); });
  return JSON.parse(atob(held.accessToken.split(".")[1].replaceAll("-", "+").replaceAll("_", "/"))).iat;
});
const elapsed = await clockMoves();
await page.locator("#factor-code").fill(totp(secret, now + elapsed));
await page.getByRole("button", { name: "Xác nhận", exact: true }).click();
await see(page.locator(".notice-good"), "Đã bật", "The second factor");
const [recovery] = await page.locator(".codes li").allInnerTexts();
await page.getByRole("button", { name: "Đăng xuất khỏi máy này" }).click();
await page.waitForURL(url => url.pathname === "/app/sign-in");
await page.locator("#login").fill(people.LEADER.login);
await page.locator("#password").fill(people.LEADER.password);
await page.locator("form.form button.primary").click();
await page.getByRole("button", { name: "Dùng mã khôi phục" }).click();
await page.locator("#code").fill(recovery);
await page.locator("form.form button.primary").click();
await page.waitForURL(url => url.pathname !== "/app/sign-in");
report.secondFactor = true;

// What an inspector finds of it.
const inspector = (await open(browser, { width: 1440, height: 900 })).page;
await signIn(inspector, people.INSPECTOR, "/app/work/trail");
await inspector.locator("#who").selectOption({ label: people.LEADER.fullName });
await see(inspector.locator(".trail li"), people.LEADER.fullName, "The trail of one person");
// Who has not got in has no name yet.
await inspector.locator("#who").selectOption("");
await inspector.locator(".check input").check();
await see(inspector.locator(".trail li"), "không thành", "What was tried in vain");
await inspector.waitForFunction(() => [...document.querySelectorAll(".trail > li")].every(entry => entry.querySelector(".tag-bad")));
report.inVain = await inspector.locator(".trail > li").count();
await inspector.locator(".trail summary").first().click();
await see(inspector.locator(".trail details[open]"), "127.0.0.1", "Where it came from");
await browser.close();
console.log(JSON.stringify(report));

/** Seconds that the server's clock has gone on since the session began; none where it stands still. */
async function clockMoves() {
  const { viewer } = await ask("{ viewer { session { createdAt } } }", {}, { token: await tokenOf(people.HEAD) });
  return Math.round(Date.parse(viewer.session.createdAt) / 1000) - now;
}

/** RFC 6238, by six digits and thirty seconds. */
function totp(secret, seconds) {
  const bits = [...secret.toUpperCase()].map(letter => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map(byte => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(seconds / 30)));
  const digest = createHmac("sha1", key).update(counter).digest();
  const offset = digest[19] & 15;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}
