import { flushSync } from 'react-dom';
import { parse } from 'graphql';
import { useEditorContext, useExecutionContext, usePluginStore } from '@graphiql/react';
import { language, words } from './words.js';

/** Where there is no room for the side pane beside the editors. */
export const isNarrow = () => matchMedia('(max-width: 700px)').matches;

/**
 * The saved examples, in the server's order. Variables come as an object and are shown as text.
 * An explorer without examples is still an explorer: a failure leaves the list empty.
 */
export async function loadExamples() {
  try {
    const response = await fetch('/explorer/examples.json');
    const examples = response.ok ? await response.json() : [];
    return examples.map(example => ({
      ...example,
      ...example[language],
      variables: example.variables ? JSON.stringify(example.variables, null, 2) : '',
    }));
  } catch (error) {
    console.error('The examples could not be loaded', error);
    return [];
  }
}

/** The plugin of the side bar that lists `examples`; called once, as GraphiQL compares plugins by identity. */
export function examplesPlugin(examples) {
  return { title: words.examples, icon: ExamplesIcon, content: () => <Examples examples={examples} /> };
}

function Examples({ examples }) {
  const open = useOpenExample();
  return (
    <section className="cotmoc-examples" aria-label={words.examples}>
      <h1>{words.examples}</h1>
      <p>{words.examplesHint}</p>
      {[...Map.groupBy(examples, example => example.group)].map(([group, members]) => (
        <div key={group}>
          <h2>{group}</h2>
          <ul>
            {members.map(example => (
              <li key={example.title}>
                <button type="button" onClick={() => open(example)}>
                  <strong>{example.title}</strong>
                  {example.description && <span>{example.description}</span>}
                  {example.as && <span>{words.signInFirst(example.as)}</span>}
                </button>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </section>
  );
}

/** Returns a function that opens an example, in the tab that already holds it or a new one, and runs it if it only reads. */
function useOpenExample() {
  const { tabs, addTab, changeTab, queryEditor, variableEditor } = useEditorContext();
  const { run, stop, isSubscribed } = useExecutionContext();
  const { setVisiblePlugin } = usePluginStore();
  return example => {
    if (!queryEditor || !variableEditor) {
      return;
    }
    if (isSubscribed) {
      stop();
    }
    if (isNarrow()) {
      setVisiblePlugin(null);
    }
    const held = tabs.findIndex(
      ({ query, variables }) => query === example.query && (variables ?? '') === example.variables,
    );
    // The editors must show the new tab before they are filled and read.
    flushSync(() => (held < 0 ? addTab() : changeTab(held)));
    queryEditor.setValue(example.query);
    variableEditor.setValue(example.variables);
    // The editor works these out a moment later; until then it would run under the name of the tab before.
    queryEditor.documentAST = parse(example.query);
    const operation = queryEditor.documentAST.definitions.find(({ kind }) => kind === 'OperationDefinition');
    queryEditor.operationName = operation?.name?.value ?? null;
    if (operation?.operation === 'query') {
      run();
    }
  };
}

function ExamplesIcon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinejoin="round" strokeLinecap="round">
      <path d="M5 21V10a7 7 0 0 1 14 0v11M3 21h18M5 11h14M9 15h6M9 18h4" />
    </svg>
  );
}
