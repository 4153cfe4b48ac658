// Signing in: login and password, the second factor where one is asked for, the demo's accounts by one touch.
import { useEffect, useState } from 'preact/hooks';
import { client } from '../kit.ts';
import { Link, navigate, usePlace } from '../router.tsx';
import type { Params } from '../routes.ts';
import { Page } from '../ui/page.tsx';
import { label, useWords } from '../words/index.ts';
import { useActing } from './ask.ts';
import { TextField, Trouble } from './parts.tsx';
import { useWork } from './words.ts';

interface DemoAccount {
  login: string;
  fullName: string;
  role: string;
  password: string;
}

/** Where one came from, within the app and nowhere else. */
function placeBehind(search: URLSearchParams): string {
  const back = search.get('back') ?? '';
  return /^\/app(\/|\?|$)/.test(back) && !back.startsWith('/app/sign-in') ? back : firstPlace();
}

/** Without a place to go back to, the one where the role's work is. */
function firstPlace(): string {
  const roles = client.session.viewer?.roles ?? [];
  if (roles.includes('REPORTER')) return '/app/work';
  if (roles.includes('HEAD') || roles.includes('STANDING_OFFICE')) return '/app/work/review';
  if (roles.includes('INSPECTOR')) return '/app/work/trail';
  return '/app';
}

export default function SignIn(_: { params: Params }) {
  const words = useWork();
  const { search } = usePlace();
  const acting = useActing();
  const [login, setLogin] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [step, setStep] = useState<'password' | 'code' | 'recovery'>('password');
  const [seen, setSeen] = useState(false);

  const enter = (credentials: { login: string; password: string; code?: string; recoveryCode?: string }) => acting.run(async () => {
    const more = await client.session.signIn(credentials);
    if (more) {
      setLogin(credentials.login);
      setPassword(credentials.password);
      setStep('code');
    } else navigate(placeBehind(search), { replace: true });
  });
  const submit = (event: Event) => {
    event.preventDefault();
    const digits = code.trim();
    void enter({ login: login.trim(), password, ...(digits && (step === 'recovery' ? { recoveryCode: digits } : step === 'code' && { code: digits })) });
  };

  return (
    <Page title={words.signIn.title} lead={words.signIn.why}>
      <div class="grid two">
        <section class="section">
          <form class="form" onSubmit={submit}>
            <TextField id="login" label={words.signIn.login} value={login} onInput={setLogin} autocomplete="username" autocapitalize="none" spellcheck={false} required />
            <div class="with-button">
              <TextField id="password" label={words.signIn.password} value={password} onInput={setPassword} type={seen ? 'text' : 'password'}
                autocomplete="current-password" required />
              <button type="button" class="button" aria-pressed={seen} onClick={() => setSeen(!seen)}>{seen ? words.signIn.hide : words.signIn.show}</button>
            </div>
            {step !== 'password' && (
              <>
                <p>{words.signIn.secondFactor}</p>
                <TextField key={step} id="code" label={step === 'code' ? words.signIn.code : words.signIn.recoveryCode} value={code} onInput={setCode} autofocus
                  autocomplete="one-time-code" inputmode={step === 'code' ? 'numeric' : 'text'} required />
                <button type="button" class="button plain" onClick={() => { setCode(''); setStep(step === 'code' ? 'recovery' : 'code'); }}>
                  {step === 'code' ? words.signIn.recovery : words.signIn.useCode}
                </button>
              </>
            )}
            <Trouble acting={acting} />
            <button class="button primary" disabled={acting.busy}>{words.signIn.submit}</button>
            <Link to="/app/reset-password">{words.signIn.forgotten}</Link>
          </form>
        </section>
        <DemoAccounts busy={acting.busy} enter={enter} />
      </div>
    </Page>
  );
}

/** Only a server with the demo offers accounts. */
function DemoAccounts({ busy, enter }: { busy: boolean; enter: (credentials: { login: string; password: string }) => void }) {
  const words = useWork();
  const shell = useWords();
  const [accounts, setAccounts] = useState<DemoAccount[]>([]);
  useEffect(() => {
    fetch('/explorer/accounts.json').then(
      async answer => { if (answer.ok) setAccounts((await answer.json()) as DemoAccount[]); },
      () => undefined,
    ).catch(() => undefined);
  }, []);
  if (accounts.length === 0) return null;
  return (
    <section class="section">
      <div class="section-head"><div><h2>{words.signIn.demo}</h2><p class="hint">{words.signIn.demoWhy}</p></div></div>
      <ul class="choices">
        {accounts.map(({ login, fullName, role, password }) => (
          <li key={login}>
            <button type="button" class="choice" disabled={busy} onClick={() => enter({ login, password })}>
              <strong>{label(shell, 'Role', role)}</strong><span class="muted">{fullName} · {login}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
