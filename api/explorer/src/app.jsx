import { useEffect, useRef } from 'react';
import { createRoot } from 'react-dom/client';
import { GraphiQL, GraphiQLInterface, GraphiQLProvider } from 'graphiql';
import { DOC_EXPLORER_PLUGIN, DocExplorerContextProvider } from '@graphiql/plugin-doc-explorer';
import { HISTORY_PLUGIN, HistoryContextProvider } from '@graphiql/plugin-history';
import { useEditorContext, useExecutionContext, usePluginStore } from '@graphiql/react';
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { createClient } from 'graphql-ws';
import { Account, loadAccounts } from './account.jsx';
import { examplesPlugin, isNarrow, loadExamples } from './examples.jsx';
import { ENDPOINT, authorizedFetch, connectionParams } from './session.js';
import { words } from './words.js';
import favicon from './favicon.svg';
import 'graphiql/style.css';
import './style.css';

const WEBSOCKET = '/graphql/ws';

const fetcher = createGraphiQLFetcher({
  url: ENDPOINT,
  fetch: authorizedFetch,
  wsClient: createClient({ url: new URL(WEBSOCKET, location.href.replace(/^http/, 'ws')).href, connectionParams }),
});

/** GraphiQL keeps the tabs of earlier visits in the browser's storage, which the browser may refuse. */
function isFirstVisit() {
  try {
    return localStorage.getItem('graphiql:tabState') === null;
  } catch {
    return true;
  }
}

/** Runs what the page opened with, once, as soon as the editors are there. */
function RunOnce() {
  const { queryEditor, variableEditor, headerEditor, responseEditor } = useEditorContext();
  const { run } = useExecutionContext();
  const done = useRef(false);
  const ready = queryEditor && variableEditor && headerEditor && responseEditor;
  useEffect(() => {
    if (ready && !done.current) {
      done.current = true;
      run();
    }
  }, [ready, run]);
  return null;
}

/** Names the editors for who hears the page, and lets the keyboard scroll them: the library does neither. */
function NameEditors() {
  const { queryEditor, variableEditor, headerEditor, responseEditor } = useEditorContext();
  useEffect(() => {
    const { query, variables, headers, answer } = words.editors;
    const named = [[queryEditor, query], [variableEditor, variables], [headerEditor, headers], [responseEditor, answer]];
    for (const [editor, name] of named) {
      editor?.getInputField().setAttribute('aria-label', name);
      editor?.getScrollerElement().setAttribute('tabindex', '0');
    }
  }, [queryEditor, variableEditor, headerEditor, responseEditor]);
  return null;
}

const [examples, accounts] = await Promise.all([loadExamples(), loadAccounts()]);
const opening = isFirstVisit() ? examples[0] : undefined;
const plugins = [examplesPlugin(examples), DOC_EXPLORER_PLUGIN, HISTORY_PLUGIN];

/**
 * What the `GraphiQL` component puts together, but with the examples in sight from the start: it would lay out its
 * side pane before it knows which plugin is visible, and hide it.
 */
function Explorer() {
  return (
    <GraphiQLProvider
      fetcher={fetcher}
      plugins={plugins}
      visiblePlugin={isNarrow() ? undefined : plugins[0]}
      referencePlugin={DOC_EXPLORER_PLUGIN}
      defaultQuery=""
      defaultTabs={opening && [{ query: opening.query, variables: opening.variables }]}
      // The first tab's variables are not taken from the tab.
      variables={opening?.variables}
      // A token typed into the header editor is not left behind in the browser's storage.
      shouldPersistHeaders={false}
      inputValueDeprecation
      schemaDescription
    >
      <HistoryContextProvider>
        <DocExplorerContextProvider>
          <Page />
        </DocExplorerContextProvider>
      </HistoryContextProvider>
    </GraphiQLProvider>
  );
}

function Page() {
  const pluginsKnown = usePluginStore().plugins.length > 0;
  return (
    pluginsKnown && (
      <GraphiQLInterface defaultEditorToolsVisibility={!isNarrow()} showPersistHeadersSettings={false}>
        <GraphiQL.Logo>
          <Account accounts={accounts} />
          <span className="cotmoc-logo">
            <img src={favicon} alt="" />
            Cotmoc
          </span>
        </GraphiQL.Logo>
        <NameEditors />
        {opening && <RunOnce />}
      </GraphiQLInterface>
    )
  );
}

createRoot(document.getElementById('explorer')).render(<Explorer />);
