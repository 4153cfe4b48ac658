// A mail server: node server.mjs [wrapped|starttls KEY CERTIFICATE]. Prints its port, then each mail it was given, a line of JSON each.
// Without more it is one inside a network. Else it is encrypted and knows cotmoc with the password bí-mật, and prints who tries to sign in.
// What it does is said by whom a mail is for: tu.choi@ is refused, ban@ is put off once, dut@ is taken and hung up on once, dut.mai@ always.
import { readFileSync } from "node:fs";
import { simpleParser } from "mailparser";
import { SMTPServer } from "smtp-server";

const seen = new Map();
const time = (address) => {
  seen.set(address, (seen.get(address) ?? 0) + 1);
  return seen.get(address);
};
const refusal = (code, words) => Object.assign(new Error(words), { responseCode: code });

const [mode, key, cert] = process.argv.slice(2);
const encrypted = mode && { secure: mode === "wrapped", key: readFileSync(key), cert: readFileSync(cert), disabledCommands: [], authOptional: false };

const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ["STARTTLS"],
  ...encrypted,
  onAuth({ username, password, method }, session, done) {
    console.log(JSON.stringify({ signsIn: username, by: method, over: session.secure ? "TLS" : "nothing" }));
    if (username === "cotmoc" && password === "bí-mật") return done(null, { user: username });
    done(refusal(535, "wrong name or password"));
  },
  disableReverseLookup: true,
  logger: false,
  onRcptTo({ address }, session, done) {
    if (address.startsWith("tu.choi@")) return done(refusal(550, "no such user here"));
    if (address.startsWith("ban@") && time(address) === 1) return done(refusal(451, "try again later"));
    done();
  },
  async onData(stream, session, done) {
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    const raw = Buffer.concat(chunks);
    const mail = await simpleParser(raw);
    const to = session.envelope.rcptTo[0].address;
    const said = { to, name: mail.to.value[0].name, from: mail.from.text, id: mail.messageId, subject: mail.subject, text: mail.text, html: mail.html, list: mail.headers.get("list") };
    console.log(JSON.stringify(said));
    const hangs = to.startsWith("dut.mai@") || (to.startsWith("dut@") && time(to) === 1);
    if (hangs) return server.connections.forEach((it) => it._socket.destroy());
    done();
  },
});
server.on("error", () => {});
server.listen(0, "127.0.0.1", () => console.log(server.server.address().port));
