// People who hand in figures and note what they were told: which change was acknowledged, when it was begun and when the answer was
// there. By these notes a rehearsal knows what a database must hold, without asking it.
import { createHash, randomBytes } from 'node:crypto';

import { ENDORSE, Node, Person, SUBMIT, key, people, sleep } from './lib.mjs';

/** Settings of nodes for rehearsals: limits that nobody meets, and people who come from addresses of their own. */
export const SETTINGS = {
  COTMOC_TRUSTED_PROXIES: '127.0.0.1',
  COTMOC_MUTATIONS_PER_MINUTE: '1000000',
  COTMOC_ADDRESS_MUTATIONS_PER_MINUTE: '1000000',
  COTMOC_SIGN_INS_PER_MINUTE: '1000000',
  COTMOC_POINTS_PER_MINUTE: '1000000000',
  COTMOC_ADDRESS_POINTS_PER_MINUTE: '1000000000',
};

/** The demo with its accounts, and people and places of rehearsals: see `people`. Its node stops again. */
export async function loadDemo(cluster, { dir, program, env, ...size }) {
  const node = await Node.make('demo', { dir, program, env: { ...env, ...cluster.addresses }, args: ['--demo'] });
  await node.start(program, 300);
  await node.stop();
  return people(text => cluster.sql(text), size);
}

/** The code of an answer: OK, that of its first error, or REFUSED:… for what the person would have to mend. */
export function codeOf(answer) {
  const [error] = answer.body?.errors ?? [];
  if (error) return error.extensions?.code ?? 'NONE';
  if (!answer.body?.data) return `HTTP_${answer.status}`;
  const [payload] = Object.values(answer.body.data);
  return payload?.userErrors?.length > 0 ? `REFUSED:${payload.userErrors[0].code}` : 'OK';
}

/** Codes that say "later": the same again, under the same key. */
const LATER = ['UNAVAILABLE', 'TIMEOUT', 'CONFLICT', 'RATE_LIMITED'];

/**
 * Writers, one for each commune. Each hands in a figure for one indicator after the other, and its head endorses some of them; some
 * come with a file. `bases` are the addresses of nodes, taken in turn.
 */
export class Writers {
  /** What was begun: `{ mutation, variables, begun, acked, answer }`, times in milliseconds of this machine's clock. */
  notes = [];
  /** How often which code was answered. */
  codes = new Map();
  #going = true;
  #runs = [];

  constructor(bases, { period, communes, indicators }, { random, pause = 100, again = false, files = 0 }) {
    Object.assign(this, { bases, period, communes, indicators, random, pause, again, files });
  }

  /** Signs everybody in, and begins. */
  async start() {
    const pairs = [];
    for (const n of this.communes.keys()) {
      const base = this.bases[n % this.bases.length];
      pairs.push([await signIn(base, `bao.cao.${n + 1}`, `10.1.0.${n + 1}`), await signIn(base, `thu.truong.${n + 1}`, `10.1.1.${n + 1}`)]);
    }
    this.#runs = pairs.map(([reporter, head], n) => this.#write(reporter, head, this.communes[n]));
    return this;
  }

  /** Begins nothing more, and waits for what is under way. */
  async stop() {
    this.#going = false;
    await Promise.all(this.#runs);
  }

  get acknowledged() {
    return this.notes.filter(({ acked }) => acked !== undefined);
  }

  async #write(reporter, head, commune) {
    for (const indicator of this.indicators) {
      if (!this.#going) return;
      const input = { indicator, subject: commune, period: this.period, observation: 'FINAL', value: String(1 + Math.floor(this.random() * 99)), submit: true };
      if (this.random() < this.files) {
        const sent = await this.#send(reporter);
        if (sent) input.attachments = [sent];
      }
      const submitted = await this.#change(reporter, SUBMIT, input);
      if (submitted && this.random() < 0.3) {
        const { id, version, contentHash } = submitted;
        await this.#change(head, ENDORSE, { measurement: id, expectedVersion: version, contentHash });
      }
      await sleep(this.pause * 2 * this.random());
    }
    if (this.#going) throw new Error('the writers have run out of indicators');
  }

  /** Makes one change; answers the measurement, or undefined if nobody knows what became of it. */
  async #change(person, mutation, input) {
    const variables = { input, key: key() };
    const note = { mutation, variables, person, begun: Date.now(), acked: undefined, answer: undefined };
    this.notes.push(note);
    while (this.#going || note.begun > Date.now() - 5000) {
      const code = await this.#try(note);
      if (code === 'OK') return note.answer.measurement;
      const isLater = LATER.includes(code) || code === 'NETWORK' || code.startsWith('HTTP_5');
      if (!isLater) throw new Error(`a figure was refused: ${code} ${JSON.stringify(variables)}`);
      if (!this.again) return undefined;
      await sleep(200);
    }
    return undefined;
  }

  async #try(note) {
    const answer = await note.person.tell(note.mutation, note.variables).catch(() => undefined);
    const code = answer ? codeOf(answer) : 'NETWORK';
    this.codes.set(code, (this.codes.get(code) ?? 0) + 1);
    if (code === 'OK') {
      [note.answer] = Object.values(answer.body.data);
      // The clock is read to the millisecond below.
      note.acked = Date.now() + 1;
    } else {
      note.said = answer?.text;
    }
    return code;
  }

  /** Sends a file and answers its id; undefined if that failed. */
  async #send(reporter) {
    const bytes = Buffer.from(`noi dung,${randomBytes(2000).toString('hex')}\n`);
    const headers = {
      authorization: `Bearer ${await reporter.token()}`,
      'tus-resumable': '1.0.0',
      'upload-length': bytes.length,
      'content-length': bytes.length,
      'upload-metadata': `filename ${Buffer.from('Biên bản.csv').toString('base64')}`,
      'content-type': 'application/offset+octet-stream',
    };
    const answer = await reporter.send('POST', '/files/attachments', { headers, body: bytes }).catch(() => undefined);
    if (answer?.status !== 201) return undefined;
    return answer.headers.location.split('/').pop();
  }
}

/** Sends acknowledged changes again, each under its key, and counts the answers that differ from the first one. */
export async function again(base, notes) {
  let differ = 0;
  const people = new Map();
  for (const note of notes) {
    const { login, address } = note.person;
    if (!people.has(login)) people.set(login, await signIn(base, login, address));
    const answer = await people.get(login).tell(note.mutation, note.variables);
    const [now] = Object.values(answer.body?.data ?? {});
    if (codeOf(answer) !== 'OK' || now.measurement.id !== note.answer.measurement.id) differ += 1;
  }
  return differ;
}

/** Signs in; whom the server asks to come again comes again. */
export async function signIn(base, login, address) {
  for (let tries = 1; ; tries++) {
    try {
      return Object.assign(await Person.signIn(base, login, { address }), { login });
    } catch (error) {
      if (tries === 10 || !LATER.some(code => error.message.includes(code))) throw error;
      await sleep(500);
    }
  }
}

export const sha256 = bytes => createHash('sha256').update(bytes).digest('hex');
