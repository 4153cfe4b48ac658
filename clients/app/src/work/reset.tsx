// A forgotten password: a mail with a token is asked for, and the token sets a new one. Nobody has to be signed in.
import { useEffect, useState } from 'preact/hooks';
import { client } from '../kit.ts';
import { Link } from '../router.tsx';
import type { Params } from '../routes.ts';
import { Page, Section } from '../ui/page.tsx';
import { errorAt, Note, TextField, Trouble } from './parts.tsx';
import { useActing } from './ask.ts';
import { REQUEST_RESET, SET_PASSWORD } from './documents.ts';
import { useWork } from './words.ts';

export default function Reset(_: { params: Params }) {
  const words = useWork();
  const asking = useActing();
  const setting = useActing();
  const [login, setLogin] = useState('');
  // A mail links here with its token behind the hash, which no server and no log is told.
  const [mailed] = useState(() => location.hash.slice(1));
  const [token, setToken] = useState(mailed);
  const [password, setPassword] = useState('');
  const [sent, setSent] = useState(false);
  const [set, setSet] = useState(false);

  useEffect(() => {
    if (location.hash) history.replaceState(null, '', location.pathname);
  }, []);

  const ask = async (event: Event) => {
    event.preventDefault();
    setSent(await asking.run(async () => (await client.mutate(REQUEST_RESET, { input: { login: login.trim() } })).requestPasswordReset.userErrors));
  };
  const choose = async (event: Event) => {
    event.preventDefault();
    setSet(await setting.run(async () =>
      (await client.mutate(SET_PASSWORD, { input: { token: token.trim(), newPassword: password } })).setPasswordByReset.userErrors));
  };

  if (set) {
    return (
      <Page title={words.signIn.reset}>
        <Note tone="good" actions={<Link class="button primary" to="/app/sign-in">{words.signIn.submit}</Link>}>{words.signIn.passwordSet}</Note>
      </Page>
    );
  }
  return (
    <Page title={words.signIn.reset}>
      <div class="grid two">
        {!mailed && (
          <Section title={words.signIn.forgotten} hint={words.signIn.resetWhy}>
            <form class="form" onSubmit={ask}>
              <TextField id="reset-login" label={words.signIn.login} value={login} onInput={setLogin} autocomplete="username" autocapitalize="none" spellcheck={false} required />
              <Trouble acting={asking} />
              {sent && <Note tone="good">{words.signIn.resetSent}</Note>}
              <button class="button primary" disabled={asking.busy}>{words.signIn.resetSend}</button>
            </form>
          </Section>
        )}
        <Section title={words.signIn.haveToken}>
          <form class="form" onSubmit={choose}>
            <TextField id="token" label={words.signIn.resetToken} value={token} onInput={setToken} autocomplete="off" spellcheck={false} error={errorAt(setting, 'token')} required />
            <TextField id="new-password" label={words.signIn.newPassword} value={password} onInput={setPassword} type="password" autocomplete="new-password"
              error={errorAt(setting, 'newPassword')} required />
            <Trouble acting={setting} fields={['token', 'newPassword']} />
            <button class="button primary" disabled={setting.busy}>{words.signIn.setPassword}</button>
          </form>
        </Section>
      </div>
    </Page>
  );
}
