// What all screens share, held together: the build puts this before every file, so that all of it comes in one script beside the first,
// and not in a dozen small ones by who uses what.
import { render } from 'preact';
import * as hooks from 'preact/hooks';
import * as jsx from 'preact/jsx-runtime';
import * as kit from './kit.ts';
import * as programme from './programme.tsx';
import * as query from './query.ts';
import * as router from './router.tsx';
import * as state from './state.ts';
import * as difference from './ui/difference.tsx';
import * as icons from './ui/icons.tsx';
import { NotFound } from './ui/not-found.tsx';
import * as page from './ui/page.tsx';
import * as status from './ui/status.tsx';
import * as bar from './ui/status-bar.tsx';
import * as table from './ui/table.tsx';
import * as values from './ui/values.tsx';
import { Way } from './ui/way.tsx';
import * as words from './words/index.ts';

Object.freeze([
  render, jsx.jsx, jsx.jsxs, jsx.Fragment, hooks.useState, hooks.useEffect, hooks.useRef, hooks.useMemo, hooks.useCallback,
  kit.client, kit.gql, kit.Problem, kit.formatDay, kit.formatDecimal, kit.formatPeriod, programme.useProgramme, programme.useProgrammes,
  query.useQuery, query.useLive, query.usePages, query.useToday, query.asProblem, router.Link, router.navigate, router.setSearch, router.usePlace,
  router.path, state.asOf, state.today, state.useSignedIn, state.useAsOf, icons.Icon, icons.ICONS, page.Page, page.Section, page.Skeleton,
  NotFound, Way, difference.ChangeLine, difference.ChangeTitle, page.Empty, page.ProblemBox, page.Loaded, status.Status, status.Shape, bar.StatusBar, table.Table, table.Facts, table.Choice, table.Tabs,
  values.Day, values.Instant, values.Figure, values.figure, values.demand, values.share, values.useCount, words.useWords, words.useLanguage, words.label, words.speak,
]);
