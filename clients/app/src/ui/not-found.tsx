import { Link } from '../router.tsx';
import { useWords } from '../words/index.ts';
import { Empty, Page } from './page.tsx';

export function NotFound() {
  const words = useWords();
  return (
    <Page title={words.notFound}>
      <Empty action={<Link to="/app" class="button">{words.toHome}</Link>}>{words.notFoundHint}</Empty>
    </Page>
  );
}
