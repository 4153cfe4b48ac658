// What a screen is to the shell. The reading screens are listed in screens/index.ts; those at work in work/index.tsx, which exports
//   export const routes: Route[]            its screens
//   export const navigation: NavItem[]      what the side bar and the phone's bar offer of them (only those for which `shown` says so)
//   export function HeaderTools()           what stands in the header beside the account: unread notifications, what waits to be sent
// A screen is loaded when somebody goes there: `load: () => import('./Screen.tsx')`, whose default export takes `params`.
// The shell counts on these paths of work: /app/sign-in (with ?back=PATH), /app/work, /app/settings.
import type { ComponentType } from 'preact';
import type { Words } from './words/index.ts';

export type Params = Record<string, string>;

export interface Route {
  /** Such as /app/indicators/:code */
  path: string;
  title: (words: Words) => string;
  load: () => Promise<{ default: ComponentType<{ params: Params }> }>;
}

export interface NavItem {
  path: string;
  title: (words: Words) => string;
  /** A drawing of 24 by 24, as the `d` of a path that is stroked. */
  icon: string;
  /** Where the phone's bar has room for five, those come first that have the smallest number; without one it stands below "more". */
  onPhone?: number;
  /** Whether the viewer sees it; everybody does if left out. */
  shown?: (viewer: { signedIn: boolean; roles: readonly string[] }) => boolean;
}
