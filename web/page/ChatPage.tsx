import { useId, useMemo, useRef, useState } from 'react';
import { ParleyClient } from '../../packages/parley-client/src/index.ts';
import { ChatPanel } from '../../packages/parley-client/src/react/index.ts';
import { AssistantPicker } from './AssistantPicker.tsx';
import { type Credentials, fetchWith, keepCredentials, keptCredentials } from './credentials.ts';
import { SessionList } from './SessionList.tsx';
import { SignIn } from './SignIn.tsx';
import { useSessions } from './use-sessions.ts';
import { useShownSession } from './use-shown-session.ts';
import { useVisibleHeight } from './use-visible-height.ts';

/** The page: what the user needs to sign in, and then the conversations. */
export function ChatPage() {
  const [credentials, setCredentials] = useState(keptCredentials);
  const [challenge, setChallenge] = useState<string>();
  const given = useRef(credentials);
  const authorized = useMemo(() => {
    // What was asked with earlier credentials may be refused when others are accepted already.
    const onRefused = (refusal: string) => given.current === credentials && setChallenge(refusal);
    return fetchWith(credentials, onRefused);
  }, [credentials]);
  const signIn = (next: Credentials) => {
    keepCredentials(next);
    given.current = next;
    setCredentials(next);
    setChallenge(undefined);
  };
  if (challenge === undefined) return <Conversations fetch={authorized} />;
  return <SignIn challenge={challenge} isAgain={Object.keys(credentials).length > 0} onSignIn={signIn} />;
}

function Conversations({ fetch }: { fetch: typeof globalThis.fetch }) {
  const client = useMemo(() => new ParleyClient({ fetch }), [fetch]);
  const sessions = useSessions(client);
  const { sessionId, conversation, source, show, rename } = useShownSession();
  const [picked, setPicked] = useState<string>();
  const [isListOpen, setListOpen] = useState(false);
  // Whether the conversation that is shown was asked for, so that the keyboard goes there.
  const [isWanted, setWanted] = useState(true);
  const fieldId = useId();
  const menu = useRef<HTMLButtonElement>(null);
  const begin = useRef<HTMLButtonElement>(null);
  useVisibleHeight();
  const select = (id: string | undefined) => {
    // The list is about to go, where the screen has no room for both.
    if (isListOpen) menu.current?.focus();
    setListOpen(false);
    setWanted(true);
    show(id);
  };
  const forgotten = (id: string) => {
    setWanted(false);
    if (id === sessionId) show(undefined);
  };
  // A session is listed once its first turn is stored.
  const known = sessions.items.find(({ id }) => id === sessionId) ?? sessions.items.find(({ id }) => id === source);
  return (
    <div className={`parley-page ${isListOpen ? 'parley-list-open' : ''}`}>
      <header>
        <button type="button" className="parley-skip" onClick={() => document.getElementById(fieldId)?.focus()}>
          Skip to message field
        </button>
        <button
          ref={menu}
          type="button"
          className="parley-menu"
          aria-expanded={isListOpen}
          aria-controls="conversations"
          onClick={() => setListOpen(!isListOpen)}
        >
          Conversations
        </button>
        <h1>Parley</h1>
        <AssistantPicker
          client={client}
          assistant={known?.assistant ?? picked}
          isFixed={sessionId !== undefined}
          onPick={setPicked}
        />
      </header>
      <nav id="conversations" aria-label="Conversations">
        <button ref={begin} type="button" onClick={() => select(undefined)}>
          New conversation
        </button>
        <SessionList
          sessions={sessions}
          current={sessionId}
          onSelect={select}
          onForgotten={forgotten}
          onEmptied={() => begin.current?.focus()}
        />
      </nav>
      <main>
        <ChatPanel
          key={conversation}
          fetch={fetch}
          sessionId={sessionId}
          assistant={picked}
          onSession={rename}
          onTurn={sessions.reload}
          fieldId={fieldId}
          autoFocus={isWanted}
          feedback
        />
      </main>
    </div>
  );
}
