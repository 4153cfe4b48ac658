import type { Params } from '../routes.ts';
import { Page, Skeleton } from '../ui/page.tsx';

export default function Screen(_: { params: Params }) {
  return <Page title="agencies"><Skeleton /></Page>;
}
