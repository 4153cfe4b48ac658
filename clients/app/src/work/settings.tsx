// One's own account: language, how one is told, password, where one is signed in, the second factor.
import { useEffect, useState } from 'preact/hooks';
import { client, formatInstant, type Language } from '../kit.ts';
import { navigate } from '../router.tsx';
import type { Params } from '../routes.ts';
import { useSignedIn } from '../state.ts';
import { Loaded, Page, Section } from '../ui/page.tsx';
import { Facts, Tabs } from '../ui/table.tsx';
import { label, speak, useLanguage, useWords } from '../words/index.ts';
import { useActing, useKept, useLabels } from './ask.ts';
import { leave, unsent } from './device.ts';
import {
  BEGIN_SECOND_FACTOR, CHANGE_PASSWORD, CHOICES, CHOOSE, CONFIRM_SECOND_FACTOR, END_SESSION, type OwnSession, SETTINGS,
} from './documents.ts';
import { errorAt, ForViewer, Note, TextField, Trouble } from './parts.tsx';
import { currentSubscription, pushSupported, turnOff, turnOn } from './push.ts';
import { useWork } from './words.ts';

export default function Settings(_: { params: Params }) {
  const words = useWork();
  const signedIn = useSignedIn();
  if (!signedIn) return <Page title={words.settings.title}><LanguageChoice /></Page>;
  return <ForViewer title={words.settings.title}>{() => <Own />}</ForViewer>;
}

function LanguageChoice() {
  const words = useWork();
  const language = useLanguage();
  return (
    <Section title={words.settings.language}>
      <Tabs label={words.settings.language} value={language} options={[['vi', words.settings.vietnamese], ['en', words.settings.english]]} onChange={chosen => void speak(chosen as Language)} />
    </Section>
  );
}

function Own() {
  const words = useWork();
  const shell = useWords();
  const asked = useKept(SETTINGS, {});
  const rolesOf = (roles: readonly string[]) => roles.map(role => label(shell, 'Role', role)).join(', ');
  useEffect(() => {
    if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
  }, [asked.data !== null]);
  return (
    <Page title={words.settings.title}>
      <div class="grid two">
        <Section title={words.settings.account}>
          <div class="stack">
            <Loaded asked={asked} lines={3}>
              {({ viewer }) => (
                <Facts of={[
                  [words.settings.account, `${viewer?.account?.fullName ?? ''} (${viewer?.account?.login ?? ''})`],
                  [words.settings.roles, rolesOf(viewer?.roles ?? [])],
                  [shell.agency, viewer?.account?.agency?.name],
                ]} />
              )}
            </Loaded>
            <SignOut />
          </div>
        </Section>
        <LanguageChoice />
        <Telling />
        <div class="stack">
          <Password />
          <Section title={words.settings.sessions}>
            <Loaded asked={asked} lines={3}>{({ viewer }) => <Sessions sessions={viewer?.sessions ?? []} reload={asked.reload} />}</Loaded>
          </Section>
          <Section title={words.settings.factor}>
            <Loaded asked={asked} lines={2}>
              {({ viewer }) => (
                <SecondFactor has={viewer?.sessions?.some(({ current, secondFactor }) => current && secondFactor) ?? false} waiting={rolesOf(viewer?.rolesWaitingForSecondFactor ?? [])} />
              )}
            </Loaded>
          </Section>
        </div>
      </div>
    </Page>
  );
}

function SignOut() {
  const words = useWork();
  const acting = useActing();
  const signOut = () => acting.run(async () => {
    if ((await unsent()) > 0 && !confirm(words.settings.signOutUnsent)) return;
    await leave();
    navigate('/app/sign-in');
  });
  return <div><button type="button" class="button" disabled={acting.busy} onClick={() => void signOut()}>{words.settings.signOut}</button></div>;
}

function Telling() {
  const words = useWork();
  const shell = useWords();
  const asked = useKept(CHOICES, {});
  const acting = useActing();
  const choose = (kind: string, choice: { mail?: string; push?: boolean }) => acting.run(async () => {
    const { chooseNotifications } = await client.mutate(CHOOSE, { input: { kinds: [kind], ...choice } });
    asked.reload();
    return chooseNotifications.userErrors;
  });
  const mails = useLabels('MailChoice').all('MailChoice');
  return (
    <Section title={words.settings.notifications} id="notifications">
      <div class="stack">
        <Loaded asked={asked} lines={8}>
          {({ viewer }) => (
            <>
              <PushHere publicKey={viewer?.pushKey ?? null} known={viewer?.pushSubscriptions ?? []} reload={asked.reload} />
              <p class="hint">{viewer?.account?.email ? words.settings.mailTo(viewer.account.email) : words.settings.noMail}</p>
              <Trouble acting={acting} />
              <table class="settings-choices">
                <thead><tr><th scope="col">{words.settings.kind}</th><th scope="col">{words.settings.mail}</th><th scope="col">{words.settings.pushShort}</th></tr></thead>
                <tbody>
                  {(viewer?.notificationChoices ?? []).map(({ kind, mail, push }) => {
                    const name = label(shell, 'NotificationKind', kind);
                    return (
                      <tr key={kind}>
                        <th scope="row">{name}</th>
                        <td>
                          <select aria-label={`${words.settings.mail}: ${name}`} value={mail} disabled={acting.busy} onChange={event => void choose(kind, { mail: event.currentTarget.value })}>
                            {mails.map(([value, text]) => <option key={value} value={value}>{text}</option>)}
                          </select>
                        </td>
                        <td><input type="checkbox" aria-label={`${words.settings.pushShort}: ${name}`} checked={push} disabled={acting.busy} onChange={event => void choose(kind, { push: event.currentTarget.checked })} /></td>
                      </tr>
                    );
                  })}
                </tbody>
              </table>
            </>
          )}
        </Loaded>
      </div>
    </Section>
  );
}

function PushHere({ publicKey, known, reload }: { publicKey: string | null; known: readonly { id: string; endpoint: string }[]; reload: () => void }) {
  const words = useWork();
  const acting = useActing();
  const [endpoint, setEndpoint] = useState<string | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  useEffect(() => void currentSubscription().then(subscription => setEndpoint(subscription?.endpoint ?? null)), [known]);
  if (!pushSupported()) return <p class="hint">{words.settings.pushUnsupported}</p>;
  const on = endpoint !== null && known.some(one => one.endpoint === endpoint);
  const change = () => acting.run(async () => {
    setTrouble(null);
    try {
      if (on) await turnOff(known);
      else if (publicKey && (await turnOn(publicKey)) === 'denied') setTrouble(words.settings.pushDenied);
    } catch (error) {
      if (error instanceof DOMException) setTrouble(words.settings.pushFailed);
      else throw error;
    }
    reload();
  });
  return (
    <div class="stack">
      <div class="row">
        <strong>{words.settings.push}</strong>{on && <span class="tag">{words.settings.pushOn}</span>}
        <button type="button" class="button small" disabled={acting.busy || !publicKey} onClick={() => void change()}>{on ? words.settings.pushDisable : words.settings.pushEnable}</button>
      </div>
      {trouble && <Note tone="warn">{trouble}</Note>}
      <Trouble acting={acting} />
    </div>
  );
}

function Password() {
  const words = useWork();
  const acting = useActing();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [done, setDone] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    setDone(false);
    const changed = await acting.run(async () => (await client.mutate(CHANGE_PASSWORD, { input: { currentPassword: current, newPassword: next } })).changePassword.userErrors);
    if (changed) {
      setDone(true);
      setCurrent('');
      setNext('');
    }
  };
  return (
    <Section title={words.settings.password}>
      <form class="form" onSubmit={submit}>
        <input class="unseen" type="text" autocomplete="username" value={client.session.viewer?.login ?? ''} tabIndex={-1} aria-hidden="true" readOnly />
        <TextField id="current" label={words.settings.current} type="password" autocomplete="current-password" value={current} onInput={setCurrent} error={errorAt(acting, 'currentPassword')} required />
        <TextField id="next" label={words.settings.new} type="password" autocomplete="new-password" value={next} onInput={setNext} error={errorAt(acting, 'newPassword')} required />
        <Trouble acting={acting} fields={['currentPassword', 'newPassword']} />
        {done && <Note tone="good">{words.settings.changed}</Note>}
        <button class="button" disabled={acting.busy}>{words.settings.password}</button>
      </form>
    </Section>
  );
}

function Sessions({ sessions, reload }: { sessions: OwnSession[]; reload: () => void }) {
  const words = useWork();
  const language = useLanguage();
  const acting = useActing();
  const others = sessions.filter(({ current }) => !current);
  const end = (ended: readonly OwnSession[]) => acting.run(async () => {
    for (const { id } of ended) await client.mutate(END_SESSION, { input: { session: id } });
    reload();
  });
  return (
    <div class="stack">
      <ul class="sessions">
        {sessions.slice(0, 12).map(session => (
          <li key={session.id}>
            <div>
              <strong>{deviceOf(session.userAgent) ?? session.clientName ?? '–'}</strong>{session.current && <span class="tag">{words.settings.thisOne}</span>}
              <p class="muted small">{words.settings.lastUsed(formatInstant(session.lastUsedAt, language))}{session.address && ` · ${session.address}`}</p>
            </div>
            {!session.current && <button type="button" class="button small" disabled={acting.busy} onClick={() => void end([session])}>{words.settings.end}</button>}
          </li>
        ))}
      </ul>
      <Trouble acting={acting} />
      {others.length > 0 && <div><button type="button" class="button" disabled={acting.busy} onClick={() => void end(others)}>{words.settings.endOthers}</button></div>}
    </div>
  );
}

/** Such as "Chrome, Android", as far as a browser says it. */
function deviceOf(userAgent: string | null): string | null {
  if (!userAgent) return null;
  const browser = ['Edg', 'CocCoc', 'coc_coc_browser', 'SamsungBrowser', 'Firefox', 'Chrome', 'Safari'].find(name => userAgent.includes(name));
  const system = ['Android', 'iPhone', 'iPad', 'Windows', 'Mac OS', 'Linux'].find(name => userAgent.includes(name));
  const said = browser === 'Edg' ? 'Edge' : browser === 'coc_coc_browser' ? 'CocCoc' : browser;
  return [said, system].filter(Boolean).join(', ') || null;
}

function SecondFactor({ has, waiting }: { has: boolean; waiting: string }) {
  const words = useWork();
  const acting = useActing();
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [begun, setBegun] = useState<{ secret: string; uri: string } | null>(null);
  const [recovery, setRecovery] = useState<string[] | null>(null);
  const begin = (event: Event) => {
    event.preventDefault();
    void acting.run(async () => {
      const { beginSecondFactor } = await client.mutate(BEGIN_SECOND_FACTOR, { input: { password } });
      setBegun(beginSecondFactor.secondFactor);
      return beginSecondFactor.userErrors;
    });
  };
  const check = (event: Event) => {
    event.preventDefault();
    void acting.run(async () => {
      const { confirmSecondFactor } = await client.mutate(CONFIRM_SECOND_FACTOR, { input: { code: code.trim() } });
      setRecovery(confirmSecondFactor.recoveryCodes);
      return confirmSecondFactor.userErrors;
    });
  };
  if (recovery) {
    return (
      <div class="stack">
        <Note tone="good">{words.settings.factorDone}</Note>
        <p>{words.settings.factorCodes}</p>
        <ul class="codes">{recovery.map(one => <li key={one}>{one}</li>)}</ul>
      </div>
    );
  }
  return (
    <div class="stack">
      {waiting && <Note tone="warn">{words.settings.factorWaiting(waiting)}</Note>}
      {has && <p>{words.settings.factorOn}</p>}
      {!has && !begun && (
        <form class="form" onSubmit={begin}>
          <TextField id="factor-password" label={words.settings.factorPassword} type="password" autocomplete="current-password" value={password} onInput={setPassword} required />
          <Trouble acting={acting} />
          <button class="button" disabled={acting.busy}>{words.settings.factorBegin}</button>
        </form>
      )}
      {begun && (
        <form class="form" onSubmit={check}>
          <p>{words.settings.factorSecret}</p>
          <p class="secret">{begun.secret}</p>
          <a href={begun.uri}>{words.settings.factorOpen}</a>
          <TextField id="factor-code" label={words.signIn.code} inputmode="numeric" autocomplete="one-time-code" value={code} onInput={setCode} required />
          <Trouble acting={acting} />
          <button class="button primary" disabled={acting.busy}>{words.settings.factorConfirm}</button>
        </form>
      )}
    </div>
  );
}
