// What is done here: signing in, what one owes, reviewing, following up. What it must export: see routes.ts.
import { useEffect, useRef, useState } from 'preact/hooks';
import { client, gql } from '../kit.ts';
import { Link } from '../router.tsx';
import type { NavItem, Route } from '../routes.ts';
import { language, useSignedIn } from '../state.ts';
import { Icon } from '../ui/icons.tsx';
import { useLanguage } from '../words/index.ts';
import { useOnline, useOutbox } from './ask.ts';
import { whenSignedOut } from './device.ts';
import { follow, useTold } from './live.ts';
import { deliver, useParcels } from './parcels.ts';
import { followPushes } from './pushed.ts';
import { DRAWINGS } from './parts.tsx';
import { loadWords, useWork } from './words.ts';

/** Titles are needed before any screen is loaded, so both languages stand here. */
const both = (vi: string, en: string) => () => (language.get() === 'vi' ? vi : en);

const screen = (load: Route['load']): Route['load'] => async () => (await Promise.all([load(), loadWords()]))[0];

export const routes: Route[] = [
  { path: '/app/sign-in', title: both('Đăng nhập', 'Sign in'), load: screen(() => import('./sign-in.tsx')) },
  { path: '/app/reset-password', title: both('Đặt lại mật khẩu', 'Set a new password'), load: screen(() => import('./reset.tsx')) },
  { path: '/app/work', title: both('Việc của tôi', 'My work'), load: screen(() => import('./owed.tsx')) },
  { path: '/app/work/figures/:indicator/:subject/:regime/:period', title: both('Số liệu', 'Figure'), load: screen(() => import('./figure.tsx')) },
  { path: '/app/work/review', title: both('Chờ duyệt', 'To review'), load: screen(() => import('./review.tsx')) },
  { path: '/app/work/directives/:id', title: both('Thực hiện nhiệm vụ', 'Work on a directive'), load: screen(() => import('./directive.tsx')) },
  { path: '/app/work/issue', title: both('Giao nhiệm vụ', 'Issue a directive'), load: screen(() => import('./issue.tsx')) },
  { path: '/app/work/notifications', title: both('Thông báo', 'Notifications'), load: screen(() => import('./inbox.tsx')) },
  { path: '/app/work/trail', title: both('Nhật ký kiểm toán', 'Audit trail'), load: screen(() => import('./trail.tsx')) },
  { path: '/app/settings', title: both('Cài đặt', 'Settings'), load: screen(() => import('./settings.tsx')) },
];

const holds = (...wanted: string[]) => ({ roles }: { roles: readonly string[] }) => wanted.some(role => roles.includes(role));

export const navigation: NavItem[] = [
  { path: '/app/work', title: both('Việc của tôi', 'My work'), icon: DRAWINGS.owed, onPhone: 0, shown: holds('REPORTER', 'HEAD') },
  { path: '/app/work/review', title: both('Chờ duyệt', 'To review'), icon: DRAWINGS.review, onPhone: 0.5, shown: holds('HEAD', 'STANDING_OFFICE', 'LEADER') },
  { path: '/app/work/trail', title: both('Nhật ký', 'Audit trail'), icon: DRAWINGS.trail, onPhone: 0.5, shown: holds('INSPECTOR') },
  { path: '/app/work/notifications', title: both('Thông báo', 'Notifications'), icon: DRAWINGS.bell, shown: ({ signedIn }) => signedIn },
  { path: '/app/settings', title: both('Cài đặt', 'Settings'), icon: DRAWINGS.settings },
];

const UNREAD = gql<{ viewer: { unreadNotifications: number | null } | null }, Record<string, never>>(
  'query Unread { viewer { unreadNotifications } }',
);

/** What asks for attention wherever one is: no network, what waits to be sent, what was told. */
export function HeaderTools() {
  const signedIn = useSignedIn();
  return signedIn ? <Attention /> : null;
}

function Attention() {
  const words = useWork();
  useLanguage();
  const online = useOnline();
  const { waiting, refused } = useUnsent();
  const unread = useUnread();
  const unsent = refused > 0 ? words.outbox.refused(refused) : waiting > 0 ? words.outbox.waiting(waiting) : '';
  return (
    <>
      {(!online || waiting + refused > 0) && (
        <Link to="/app/work" class="tool" title={unsent || words.outbox.offlineHint}>
          <Icon d={online ? DRAWINGS.outbox : DRAWINGS.offline} />
          {waiting + refused > 0 && <span class={`badge unsent-count${refused > 0 ? ' bad' : ''}`} aria-hidden="true">{waiting + refused}</span>}
          <span class="unseen">{[!online && words.outbox.offline, unsent].filter(Boolean).join(', ')}</span>
        </Link>
      )}
      <Link to="/app/work/notifications" class="tool" title={words.inbox.title}>
        <Icon d={DRAWINGS.bell} />{unread > 0 && <span class="badge" aria-hidden="true">{unread > 99 ? '99+' : unread}</span>}
        <span class="unseen">{unread > 0 ? words.inbox.unread(unread) : words.inbox.title}</span>
      </Link>
    </>
  );
}

function useUnsent(): { waiting: number; refused: number } {
  const items = useOutbox() ?? [];
  const photographed = useParcels() ?? [];
  const count = (...states: string[]) => items.filter(({ state }) => states.includes(state)).length;
  return { waiting: count('waiting', 'sending') + photographed.length, refused: count('refused') };
}

function useUnread(): number {
  const [unread, setUnread] = useState(0);
  const again = useRef<() => unknown>(undefined);
  useEffect(() => {
    let current = true;
    const look = () => client.query(UNREAD, {}).then(
      ({ viewer }) => { if (current) setUnread(viewer?.unreadNotifications ?? 0); },
      () => undefined,
    );
    again.current = look;
    void look();
    return () => { current = false; };
  }, []);
  useTold(['NOTIFICATION'], () => void again.current?.());
  return unread;
}

followPushes();
void client.session.ready.then(() => {
  whenSignedOut();
  const begin = () => {
    follow();
    void deliver();
  };
  begin();
  client.session.onChange(begin);
  addEventListener('online', () => void deliver());
});
