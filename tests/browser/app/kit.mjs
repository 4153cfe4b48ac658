// Uses the TypeScript kit in a real browser, against a freshly loaded demo: node kit.mjs ADDRESS CHROMIUM [FOLDER OF THE KIT]
// The folder has its packages (`npm ci`). Prints what was seen, as JSON; fails with a sentence.
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const [given, executablePath, kit = fileURLToPath(new URL("../../../clients/typescript", import.meta.url))] = process.argv.slice(2);
const address = given.replace(/\/+$/, "");
const PASSWORD = "song-Trà-núi-Ấn-57";

const { build } = createRequire(`${kit}/package.json`)("esbuild");
const entry = 'export * from "./src/index.ts"; export * as documents from "./src/documents.ts";';
const bundled = await build({
  stdin: { contents: entry, resolveDir: kit },
  bundle: true,
  format: "iife",
  globalName: "cotmoc",
  target: "es2022",
  write: false,
});
const script = bundled.outputFiles[0].text;

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });

class Failure extends Error {}
function hold(truth, sentence) {
  if (!truth) throw new Failure(sentence);
}

/** A browser of its own, in which every page has the kit; what it sent is in `sent`. */
async function person() {
  const context = await browser.newContext({ locale: "vi-VN", bypassCSP: true });
  const sent = [];
  context.on("request", (request) => sent.push(`${new URL(request.url()).pathname} ${request.postData() ?? ""}`));
  await context.addInitScript({ content: `${script}; globalThis.cotmoc = cotmoc;` });
  return { context, sent };
}

/** A page with a client, `client`. Its clock can be put forward: `ahead`. */
async function open({ context }) {
  const page = await context.newPage();
  await begin(page);
  return page;
}

async function begin(page) {
  // A page that is always there, and asks nothing itself. It must come from the server: a browser does not let others at this machine.
  await page.goto(`${address}/healthz`);
  await page.evaluate(async () => {
    window.ahead = 0;
    window.client = cotmoc.createClient({ url: "/graphql", name: "kit-test", now: () => Date.now() + window.ahead });
    await client.session.ready;
  });
}

const signIn = (page, login) => page.evaluate((given) => client.session.signIn(given), { login, password: PASSWORD });

/** A directive of which the reporter may tell something; `events` counts what has been told. */
async function directiveOf(page) {
  return page.evaluate(async () => {
    const document = cotmoc.gql(`query Led { directives(filter: { lead: "qng.skhcn" }, first: 100) { nodes { id code viewerCan { reportProgress } } } }`);
    const { directives } = await client.query(document, {});
    return directives.nodes.find(({ viewerCan }) => viewerCan.reportProgress);
  });
}

const eventsOf = (page, { code }) =>
  page.evaluate(async (code) => {
    const document = cotmoc.gql("query Events($code: String!) { directive(code: $code) { timeline(first: 1) { totalCount } } }");
    return (await client.query(document, { code })).directive.timeline.totalCount;
  }, code);

const report = (page, { id }, narrative) =>
  page.evaluate(async (input) => {
    const result = await client.mutate(cotmoc.documents.ReportProgressDocument, { input });
    return cotmoc.refusalOf(result)?.message ?? null;
  }, { directive: id, narrative });

const seen = {};

async function oneRefresh() {
  const reporter = await person();
  const [one, other] = [await open(reporter), await open(reporter)];
  await signIn(one, "bao.cao");
  await other.waitForFunction(() => client.session.viewer?.login === "bao.cao");
  const ask = (page) =>
    page.evaluate(async () => {
      window.ahead = 3_600_000;
      const asked = Array.from({ length: 10 }, () => client.query(cotmoc.documents.MySessionsDocument, {}));
      return (await Promise.all(asked)).filter(({ viewer }) => viewer.sessions.length > 0).length;
    });
  const answered = await Promise.all([ask(one), ask(other)]);
  const refreshes = reporter.sent.filter((body) => body.includes("refreshSession")).length;
  hold(answered.join() === "10,10", `of ten callers in each of two tabs, ${answered} were answered`);
  hold(refreshes === 1, `twenty callers in two tabs made ${refreshes} refreshes instead of one`);
  await one.evaluate(() => client.session.signOut());
  await other.waitForFunction(() => !client.session.signedIn);
  seen.refreshes = refreshes;
  await reporter.context.close();
}

async function lostAnswer() {
  const reporter = await person();
  const page = await open(reporter);
  await signIn(page, "bao.cao");
  const directive = await directiveOf(page);
  const before = await eventsOf(page, directive);
  let losses = 2;
  await page.route("**/graphql", async (route) => {
    if (losses > 0 && (route.request().postData() ?? "").includes("mutation ReportProgress")) {
      losses -= 1;
      await route.fetch();
      return route.abort("connectionreset");
    }
    return route.fallback();
  });
  const refusal = await report(page, directive, "Đã họp liên ngành.");
  hold(refusal === null, `what was reported was refused: ${refusal}`);
  const sent = reporter.sent.filter((body) => body.includes("mutation ReportProgress"));
  const keys = new Set(sent.map((body) => JSON.parse(body.slice(body.indexOf("{"))).variables.key));
  const made = (await eventsOf(page, directive)) - before;
  hold(sent.length === 3 && keys.size === 1, `it was sent ${sent.length} times under ${keys.size} keys instead of three times under one`);
  hold(made === 1, `one report made ${made} entries`);
  seen.lostAnswer = { sent: sent.length, keys: keys.size, made };
  await reporter.context.close();
}

async function outbox() {
  const reporter = await person();
  const page = await open(reporter);
  await signIn(page, "bao.cao");
  const directive = await directiveOf(page);
  const before = await eventsOf(page, directive);
  let cut = true;
  await page.route("**/graphql", async (route) => {
    if (cut && (route.request().postData() ?? "").includes("mutation")) {
      // The server may have heard it, as of a line that breaks in the middle.
      await route.fetch();
      return route.abort("internetdisconnected");
    }
    return route.fallback();
  });
  const ids = await page.evaluate(async (directive) => {
    const add = (narrative) =>
      client.outbox.add({
        document: cotmoc.documents.ReportProgressDocument,
        variables: { input: { directive, narrative } },
        about: `Tiến độ: ${narrative}`,
      });
    return [await add("một"), await add("hai")];
  }, directive.id);
  const list = () => page.evaluate(async () => (await client.outbox.list()).map(({ id, about, state }) => ({ id, about, state })));
  await page.waitForFunction(async () => (await client.outbox.list())[0].problem?.code === "NETWORK");
  await begin(page);
  const kept = await list();
  hold(kept.map(({ id }) => id).join() === ids.join(), `after a reload the outbox has ${kept.length} of two changes`);
  hold(await page.evaluate(() => client.session.signedIn), "a reload has signed the reporter out");
  cut = false;
  await page.evaluate(() => client.outbox.send());
  await page.waitForFunction(async () => (await client.outbox.list()).every(({ state }) => state === "sent"));
  const made = (await eventsOf(page, directive)) - before;
  hold(made === 2, `two changes in the outbox made ${made} entries`);
  seen.outbox = { kept: kept.length, made };
  await reporter.context.close();
}

async function live() {
  const [reporter, reader] = [await person(), await person()];
  let [blocked, sockets] = [false, []];
  await reader.context.routeWebSocket("**/graphql/ws", (socket) => {
    if (blocked) return socket.close({ code: 1011, reason: "no way through" });
    socket.connectToServer();
    sockets.push(socket);
  });
  const [writing, reading] = [await open(reporter), await open(reader)];
  await signIn(writing, "bao.cao");
  const directive = await directiveOf(writing);
  await reading.evaluate(() => {
    window.told = [];
    window.states = [];
    const variables = { types: ["PROGRESS_UPDATE"] };
    client.subscribe(cotmoc.documents.ChangedDocument, variables, {
      next: ({ changed }) => told.push(changed.id),
      state: (state) => states.push(state),
      error: (problem) => states.push(problem.message),
    });
  });
  const told = () => reading.evaluate(() => told.length);
  await reading.waitForFunction(() => states.at(-1) === "live");
  await report(writing, directive, "Trực tiếp.");
  await reading.waitForFunction(() => told.length > 0);
  const before = await told();
  hold(!reader.sent.some((body) => body.startsWith("/graphql/stream")), "events came over a stream although the WebSocket held");
  blocked = true;
  for (const socket of sockets) await socket.close({ code: 1001, reason: "gone" });
  await report(writing, directive, "Trong lúc mất kết nối.");
  await reading.waitForFunction((before) => told.length > before, before, { timeout: 20_000 });
  await report(writing, directive, "Sau khi kết nối lại.");
  await reading.waitForFunction((before) => told.length > before + 1, before, { timeout: 20_000 });
  const events = await reading.evaluate(() => told);
  hold(new Set(events).size === events.length, "something was told twice");
  hold(reader.sent.some((body) => body.startsWith("/graphql/stream")), "no stream was opened after the WebSocket was gone");
  seen.live = { states: await reading.evaluate(() => [...new Set(states)]), told: events.length };
  await reporter.context.close();
  await reader.context.close();
}

async function copies() {
  const [reporter, head, office] = [await person(), await person(), await person()];
  const [reporting, heading, reading] = [await open(reporter), await open(head), await open(office)];
  await signIn(reporting, "bao.cao");
  await signIn(heading, "thu.truong");
  await signIn(reading, "thuong.truc");
  const figure = await reporting.evaluate(async () => {
    const document = cotmoc.gql(`query Owed { myObligations(first: 100) { nodes {
      indicator { code } subject { code } regime period viewerCan { answerNil } measurement { version viewerCan { draft } }
    } } }`);
    const open = (await client.query(document, {})).myObligations.nodes.find(({ viewerCan, measurement }) => viewerCan.answerNil || measurement?.viewerCan.draft);
    return (
      open && {
        indicator: open.indicator.code,
        subject: open.subject.code,
        regime: open.regime,
        period: open.period,
        observation: "FINAL",
        ...(open.measurement && { expectedVersion: open.measurement.version }),
      }
    );
  });
  hold(figure, "the reporter owes nothing that is open on this day of the server");
  const mirror = (indicator) => {
    window.mirror = client.sync({
      name: "figures",
      types: ["MEASUREMENT"],
      list: cotmoc.documents.FiguresToCopyDocument,
      changes: cotmoc.documents.ChangesOfFiguresDocument,
      variables: { indicator },
    });
  };
  await reading.evaluate(mirror, figure.indicator);
  const before = await reading.evaluate(async () => {
    await window.mirror.update();
    window.stop = window.mirror.start();
    return (await window.mirror.all()).length;
  });
  hold(before > 0, "no copies were made");
  const draft = await reporting.evaluate(async (input) => {
    const result = await client.mutate(cotmoc.documents.DraftFigureDocument, { input });
    return { refusal: cotmoc.refusalOf(result)?.message, ...result.draftMeasurement.measurement };
  }, { ...figure, numerator: "812", denominator: "2000", submit: true });
  hold(draft.id, `the figure was refused: ${draft.refusal}`);
  await reading.waitForFunction(async (id) => (await window.mirror.get(id))?.state === "SUBMITTED", draft.id, { timeout: 20_000 });
  // Nobody looks while it goes: also what was under way has come to its end.
  await reading.evaluate(async () => {
    window.stop();
    await window.mirror.update();
    client.close();
  });
  const refusal = await heading.evaluate(async (input) => {
    return cotmoc.refusalOf(await client.mutate(cotmoc.documents.ReturnFigureDocument, { input }))?.message;
  }, { measurement: draft.id, expectedVersion: draft.version, reason: "Xem lại." });
  hold(!refusal, `the figure could not be returned: ${refusal}`);
  await begin(reading);
  office.sent.length = 0;
  await reading.evaluate(mirror, figure.indicator);
  const kept = await reading.evaluate(async (id) => Boolean(await window.mirror.get(id)), draft.id);
  hold(kept, "the copies did not survive the reload");
  const after = await reading.evaluate(async (id) => {
    await window.mirror.update();
    return { gone: (await window.mirror.get(id)) === undefined, copies: (await window.mirror.all()).length };
  }, draft.id);
  hold(after.gone && after.copies === before, `after the tombstone there are ${after.copies} copies instead of ${before}`);
  hold(!office.sent.some((body) => body.includes("FiguresToCopy")), "everything was read again instead of what had changed");
  seen.copies = { before, after: after.copies, readAnew: false };
  for (const { context } of [reporter, head, office]) await context.close();
}

let status = 0;
try {
  for (const check of [oneRefresh, lostAnswer, outbox, live, copies]) {
    const begun = Date.now();
    try {
      await check();
    } catch (error) {
      throw new Failure(`${check.name}: ${error.message}`);
    }
    (seen.milliseconds ??= {})[check.name] = Date.now() - begun;
  }
  console.log(JSON.stringify(seen));
} catch (error) {
  console.error(error instanceof Failure ? error.message : error);
  status = 1;
} finally {
  await browser.close();
}
process.exitCode = status;
