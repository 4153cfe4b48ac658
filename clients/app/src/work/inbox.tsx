// What was told: the latest first, live; a touch marks it as read and goes to what it is about.
import { useEffect } from 'preact/hooks';
import { client } from '../kit.ts';
import { Link, navigate, setSearch, usePlace } from '../router.tsx';
import type { Params } from '../routes.ts';
import { Empty, Loaded, Page, Section } from '../ui/page.tsx';
import { Tabs } from '../ui/table.tsx';
import { Instant } from '../ui/values.tsx';
import { label, useWords } from '../words/index.ts';
import { useActing, useKeptPages, useOnline } from './ask.ts';
import { INBOX, MARK_READ, type Notice } from './documents.ts';
import { ForViewer, KeptNote, Trouble } from './parts.tsx';
import { useTold } from './live.ts';
import { useWork } from './words.ts';

export default function Inbox(_: { params: Params }) {
  const words = useWork();
  return <ForViewer title={words.inbox.title}>{roles => <Notices roles={roles} />}</ForViewer>;
}

/** Where that is which a notification is about. */
function placeOf({ kind, directive, recommendation, period }: Notice, roles: readonly string[]): string | null {
  if (directive) return `/app/work/directives/${encodeURIComponent(directive.id)}`;
  if (recommendation) return `/app/objects/${encodeURIComponent(recommendation.id)}`;
  if (!period) return null;
  if (roles.includes('STANDING_OFFICE')) return `/app/work/review${kind === 'OVERDUE' ? '?tab=missing' : ''}`;
  return roles.includes('REPORTER') || roles.includes('HEAD') ? '/app/work' : '/app';
}

function Notices({ roles }: { roles: readonly string[] }) {
  const words = useWork();
  const online = useOnline();
  const { search } = usePlace();
  const unread = search.get('unread') === '1';
  const { asked, rows, more, busy } = useKeptPages(INBOX, { unread: unread || null }, data => data.notifications);
  const acting = useActing();
  const live = useTold(['NOTIFICATION'], asked.reload);

  const mark = async (ids: string[]) => {
    if (ids.length > 0) await client.mutate(MARK_READ, { input: { notifications: ids } });
    asked.reload();
  };
  const open = (notice: Notice) => {
    if (notice.readAt === null) void mark([notice.id]).catch(() => undefined);
    const place = placeOf(notice, roles);
    if (place) navigate(place);
  };

  // Pushed to this phone and touched: the address says which.
  const pushed = search.get('open');
  const first = asked.data?.notifications.nodes;
  useEffect(() => {
    const notice = pushed && first?.find(({ id }) => id === pushed);
    if (!notice) return;
    setSearch({ open: null });
    open(notice);
  }, [pushed, first]);

  const unreadIds = rows.filter(({ readAt }) => readAt === null).map(({ id }) => id);
  return (
    <Page title={words.inbox.title} live={live} actions={<Link class="button" to="/app/settings#notifications">{words.inbox.settings}</Link>}>
      <div class="row">
        <Tabs label={words.inbox.title} value={unread ? '1' : ''} options={[['', words.inbox.all], ['1', words.inbox.unreadOnly]]} onChange={value => setSearch({ unread: value || null })} />
        {unreadIds.length > 0 && <button type="button" class="button" disabled={acting.busy} onClick={() => void acting.run(() => mark(unreadIds))}>{words.inbox.markAll}</button>}
      </div>
      <Section title={asked.data?.viewer?.unreadNotifications ? words.inbox.unread(asked.data.viewer.unreadNotifications) : words.inbox.title}>
        <KeptNote at={online ? null : asked.keptAt} />
        <Trouble acting={acting} />
        <Loaded asked={asked}>
          {() => rows.length === 0
            ? <Empty>{unread ? words.inbox.nothingUnread : words.inbox.nothing} {words.inbox.nothingHint}</Empty>
            : (
              <>
                <ul class="tasks inbox">{rows.map(notice => <Item key={notice.id} notice={notice} open={() => open(notice)} />)}</ul>
                {more && <button type="button" class="button" disabled={busy} onClick={more}>{words.common.more}</button>}
              </>
            )}
        </Loaded>
      </Section>
    </Page>
  );
}

function Item({ notice, open }: { notice: Notice; open: () => void }) {
  const words = useWork();
  const shell = useWords();
  const isUnread = notice.readAt === null;
  return (
    <li class={isUnread ? 'is-unread' : ''}>
      <span>{isUnread && <span class="dot" />}</span>
      <button type="button" class="inbox-open" onClick={open}>
        {isUnread && <span class="unseen">{words.inbox.new}: </span>}{notice.message ?? words.inbox.gone}
      </button>
      <span class="when"><span>{label(shell, 'NotificationKind', notice.kind)}</span><Instant value={notice.createdAt} /></span>
    </li>
  );
}
