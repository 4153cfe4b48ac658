// What the first view weighs, and how soon it is there on a slow phone: node read-weight.mjs ADDRESS CHROMIUM
// The weight is held to its bound; the times depend on the machine and are printed alone.
import { address, expect, expectThat, test } from "./read-steps.mjs";
import { PATIENCE } from "./steps.mjs";

const BOUND = 200_000;
/** Slow 4G, and a processor four times slower than this one. */
const LINE = { offline: false, latency: 150, downloadThroughput: 1_600_000 / 8, uploadThroughput: 750_000 / 8 };
const SLOWER = 4;

await test(async (browser) => {
  const seen = {};
  for (const [path, last] of [["/app", ".status-legend"], ["/app/indicators/coverage_5g_share", ".huge"]]) {
    const context = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: "vi-VN", serviceWorkers: "block" });
    context.setDefaultTimeout(PATIENCE);
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    await devtools.send("Network.enable");
    await devtools.send("Network.emulateNetworkConditions", LINE);
    await devtools.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
    const [weights, addresses] = [new Map(), new Map()];
    devtools.on("Network.requestWillBeSent", ({ requestId, request }) => addresses.set(requestId, request.url));
    devtools.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => weights.set(requestId, encodedDataLength));
    const begun = Date.now();
    await page.goto(new URL(path, address).href, { waitUntil: "commit" });
    await page.locator("h1").waitFor();
    const usable = Date.now() - begun;
    await page.locator(last).waitFor();
    const data = Date.now() - begun;
    await page.evaluate(() => document.fonts.ready);
    const painted = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0].startTime);
    const bytes = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
    expectThat(`${path} weighs ${bytes} bytes, at most ${BOUND}`, bytes <= BOUND);
    const foreign = [...addresses.values()].filter((url) => !url.startsWith("data:") && new URL(url).origin !== new URL(address).origin);
    expect(`${path}: requests to elsewhere`, foreign, []);
    seen[path] = { bytes, requests: weights.size, painted: Math.round(painted), usable, data };
    await context.close();
  }
  return seen;
});
