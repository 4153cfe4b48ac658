// A link in a mail: node work-link.mjs URL CHROMIUM
// It names the notification. Whoever has not signed in is asked to, and then sees what it tells of.
import { accounts, address, ask, byApi, fail, launch, open, see, tokenOf } from "./work-steps.mjs";

const people = await accounts();
const title = "Rà soát quy hoạch trạm 5G";
const issue = "mutation ($input: IssueDirectiveInput!, $key: UUID!) { issueDirective(input: $input, idempotencyKey: $key) { directive { code } userErrors { message } } }";
await byApi(people.LEADER, issue, {
  document: "tb-ubnd-qng-2025-04", clause: "99.8", programme: "nq57-quang-ngai", assigner: "qng.ubnd", visibility: "INTERNAL",
  title, leads: ["qng.skhcn"], coordinators: [], deadline: { words: "đến ngày 28/02/2026" }, indicators: [],
});

// Told by the server within a moment.
const token = await tokenOf(people.HEAD);
const end = Date.now() + 20_000;
let told;
while (!told && Date.now() < end) {
  await new Promise((next) => setTimeout(next, 200));
  const { notifications } = await ask("{ notifications(first: 20) { nodes { id kind message } } }", {}, { token });
  told = notifications.nodes.find(({ kind, message }) => kind === "DIRECTIVE_ISSUED" && message.includes(title));
}
if (!told) fail("Nobody told the head of the directive");

const browser = await launch();
const { page } = await open(browser);
await page.goto(new URL(`/app/objects/${told.id}`, address).href);
await see(page.locator("main"), "Hãy đăng nhập", "The link, without a session");
await page.locator("main a.button.primary").click();
await page.locator("#login").fill(people.HEAD.login);
await page.locator("#password").fill(people.HEAD.password);
await page.locator("form.form button.primary").click();
await see(page.locator("h1"), title, "What the link tells of");
const place = new URL(page.url()).pathname;
await browser.close();
console.log(JSON.stringify({ place: decodeURIComponent(place) }));
