import { useMemo, useRef, useState } from 'react';
import { ParleyClient } from '../../packages/parley-client/src/index.ts';
import { ChatPanel } from '../../packages/parley-client/src/react/index.ts';
import { AssistantPicker } from './AssistantPicker.tsx';
import { type Credentials, fetchWith, keepCredentials, keptCredentials } from './credentials.ts';
import { SessionList } from './SessionList.tsx';
import { SignIn } from './SignIn.tsx';
import { useSessions } from './use-sessions.ts';
import { useShownSession } from './use-shown-session.ts';

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
  const select = (id: string | undefined) => {
    setListOpen(false);
    show(id);
  };
  // A session is listed once its first turn is stored.
  const known = sessions.items.find(({ id }) => id === sessionId) ?? sessions.items.find(({ id }) => id === source);
  return (
    <div className={`parley-page ${isListOpen ? 'parley-list-open' : ''}`}>
      <header>
        <button
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
        <button type="button" onClick={() => select(undefined)}>
          New conversation
        </button>
        <SessionList
          sessions={sessions}
          current={sessionId}
          onSelect={select}
          onForgotten={(id) => id === sessionId && show(undefined)}
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
        />
      </main>
    </div>
  );
}
