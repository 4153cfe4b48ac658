import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { roleLabels, session, signIn, signOut } from './session.js';
import { language, words } from './words.js';

const PANEL = 'cotmoc-account-panel';
const SECOND_FACTOR_REQUIRED = 'SECOND_FACTOR_REQUIRED';

/** The accounts to try, which only the demo has. */
export async function loadAccounts() {
  try {
    const response = await fetch('/explorer/accounts.json');
    return response.ok ? await response.json() : [];
  } catch (error) {
    console.error('The demo accounts could not be loaded', error);
    return [];
  }
}

/** A button that says who is signed in, and the panel it opens. */
export function Account({ accounts }) {
  const { viewer, notice } = useSyncExternalStore(session.subscribe, session.now);
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState(false);
  const labels = useRoleLabels(viewer || accounts.length > 0);
  const button = useRef(null);
  const panel = useRef(null);

  /** Does one thing at a time, and closes the panel; what it throws is shown instead. */
  async function attempt(action) {
    if (busy) {
      return;
    }
    setBusy(true);
    setProblem(null);
    try {
      await action();
      if (panel.current.matches(':popover-open')) {
        panel.current.hidePopover();
        button.current.focus();
      }
    } catch (error) {
      setProblem(error.message);
    } finally {
      setBusy(false);
    }
  }

  function focusFirst({ newState }) {
    if (newState === 'open') {
      panel.current.querySelector('input, button')?.focus();
    }
  }

  return (
    <div className="cotmoc-account" lang={language}>
      <button ref={button} type="button" className="graphiql-button" popoverTarget={PANEL}>
        {viewer ? viewer.account.fullName : words.signIn}
      </button>
      <div
        ref={panel}
        id={PANEL}
        popover="auto"
        role="dialog"
        aria-label={viewer ? viewer.account.fullName : words.signIn}
        aria-busy={busy}
        onToggle={focusFirst}
      >
        {viewer ? (
          <SignedIn viewer={viewer} labels={labels} attempt={attempt} />
        ) : (
          <SignIn accounts={accounts} labels={labels} attempt={attempt} />
        )}
        <p className="cotmoc-problem" role="alert">
          {problem ?? notice}
        </p>
      </div>
    </div>
  );
}

function SignedIn({ viewer, labels, attempt }) {
  const named = roles => roles.map(role => labels.get(role) ?? role).join(', ');
  const waiting = viewer.rolesWaitingForSecondFactor;
  return (
    <>
      <strong>{viewer.account.fullName}</strong>
      <p>
        {viewer.account.login} · {named(viewer.roles) || words.noRoles}
      </p>
      {waiting.length > 0 && (
        <p>
          {words.waiting} {named(waiting)}
        </p>
      )}
      <button type="button" className="graphiql-button" onClick={() => attempt(signOut)}>
        {words.signOut}
      </button>
    </>
  );
}

function SignIn({ accounts, labels, attempt }) {
  const [codeWanted, setCodeWanted] = useState(false);

  async function enter(input) {
    const [error] = await signIn(input);
    if (error) {
      setCodeWanted(wanted => wanted || error.code === SECOND_FACTOR_REQUIRED);
      throw new Error(error.message);
    }
  }

  function submit(event) {
    event.preventDefault();
    const { login, password, code } = Object.fromEntries(new FormData(event.target));
    attempt(() => enter({ login, password, code: code?.trim() || null }));
  }

  return (
    <>
      {accounts.length > 0 && (
        <>
          <strong>{words.demoAccounts}</strong>
          <p>{words.demoHint}</p>
          <ul>
            {accounts.map(({ login, fullName, role, password }) => (
              <li key={login}>
                <button type="button" onClick={() => attempt(() => enter({ login, password }))}>
                  {login} <span>{labels.get(role) ?? role} · {fullName}</span>
                </button>
              </li>
            ))}
          </ul>
          <p>{words.ownAccount}</p>
        </>
      )}
      <form onSubmit={submit}>
        <label>
          {words.login}
          <input name="login" autoComplete="username" autoCapitalize="none" spellCheck={false} required />
        </label>
        <label>
          {words.password}
          <input name="password" type="password" autoComplete="current-password" required />
        </label>
        {codeWanted && <Code />}
        <button type="submit" className="graphiql-button">
          {words.signIn}
        </button>
      </form>
    </>
  );
}

/** Appears once it is asked for, and is what to fill in then. */
function Code() {
  return (
    <label>
      {words.code}
      <input name="code" inputMode="numeric" autoComplete="one-time-code" aria-describedby="cotmoc-code-hint" autoFocus />
      <span id="cotmoc-code-hint">{words.codeHint}</span>
    </label>
  );
}

/** Asked for once there are roles to name; without them the roles' own words are shown. */
function useRoleLabels(wanted) {
  const [labels, setLabels] = useState(() => new Map());
  const missing = wanted && labels.size === 0;
  useEffect(() => {
    if (missing) {
      roleLabels().then(setLabels, error => console.error('The names of the roles could not be loaded', error));
    }
  }, [missing]);
  return labels;
}
