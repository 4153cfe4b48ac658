// The screens for reading, and what the side bar offers of them.
import type { NavItem, Route } from '../routes.ts';
import { ICONS } from '../ui/icons.tsx';
import Province from './province.tsx';

export const routes: Route[] = [
  // The first screen comes with the app itself; the others when somebody goes there.
  { path: '/app', title: words => words.home, load: async () => ({ default: Province }) },
  { path: '/app/indicators', title: words => words.indicators, load: () => import('./indicators.tsx') },
  { path: '/app/indicators/:code', title: words => words.indicator, load: () => import('./indicator.tsx') },
  { path: '/app/agencies', title: words => words.agencies, load: () => import('./agencies.tsx') },
  { path: '/app/agencies/:code', title: words => words.agency, load: () => import('./agency.tsx') },
  { path: '/app/directives', title: words => words.directives, load: () => import('./directives.tsx') },
  { path: '/app/directives/:code', title: words => words.directive, load: () => import('./directive.tsx') },
  { path: '/app/documents/:id', title: words => words.document, load: () => import('./document.tsx') },
  { path: '/app/changes', title: words => words.changes, load: () => import('./changes.tsx') },
  { path: '/app/search', title: words => words.search, load: () => import('./search.tsx') },
  { path: '/app/objects/:id', title: words => words.object, load: () => import('./object.tsx') },
];

export const navigation: NavItem[] = [
  { path: '/app', title: words => words.home, icon: ICONS.home, onPhone: 1 },
  { path: '/app/indicators', title: words => words.indicators, icon: ICONS.indicators, onPhone: 2 },
  { path: '/app/directives', title: words => words.directives, icon: ICONS.directives, onPhone: 3 },
  { path: '/app/agencies', title: words => words.agencies, icon: ICONS.agencies, onPhone: 5 },
  { path: '/app/changes', title: words => words.changes, icon: ICONS.changes },
];
