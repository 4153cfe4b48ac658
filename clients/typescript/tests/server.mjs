// The real server that tests ask, if COTMOC_URL names one: a freshly loaded demo.
import WebSocket from "ws";
import { createClient, gql } from "../dist/index.js";

const address = process.env.COTMOC_URL?.replace(/\/+$/, "");
export const url = address && `${address}/graphql`;
export const skip = address ? false : "COTMOC_URL names no server";

const PASSWORD = "song-Trà-núi-Ấn-57";

export function clientOf(test, options = {}) {
  const client = createClient({ url, WebSocket, name: "kit-test", ...options });
  test.after(() => client.close());
  return client;
}

export async function signedIn(test, login, options) {
  const client = clientOf(test, options);
  await client.session.signIn({ login, password: PASSWORD });
  return client;
}

const Led = gql(`query Led { directives(filter: { lead: "qng.skhcn" }, first: 100) { nodes {
  id code viewerCan { reportProgress } timeline(first: 1) { totalCount }
} } }`);

/** A directive of which the reporter may tell something, and how many events it has. */
export async function directiveOf(client) {
  const { directives } = await client.query(Led, {});
  const { id, code, timeline } = directives.nodes.find(({ viewerCan }) => viewerCan.reportProgress);
  return { id, code, events: timeline.totalCount };
}

export async function eventsOf(client, code) {
  const document = gql("query Events($code: String!) { directive(code: $code) { timeline(first: 1) { totalCount } } }");
  return (await client.query(document, { code })).directive.timeline.totalCount;
}

const Owed = gql(`query Owed { myObligations(first: 100) { nodes {
  indicator { code } subject { code } regime period viewerCan { answerNil } measurement { version viewerCan { draft } }
} } }`);

/** What the reporter owes and may answer today, as the beginning of a figure; none on days on which nothing is open. */
export async function openFigureOf(client) {
  const { myObligations } = await client.query(Owed, {});
  const open = myObligations.nodes.find(({ viewerCan, measurement }) => viewerCan.answerNil || measurement?.viewerCan.draft);
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
}
