import { useId, useMemo, useRef, useState } from 'react';
import { forgetKept, keptConversations, ParleyClient } from '../../packages/parley-client/src/index.ts';
import { ChatPanel } from '../../packages/parley-client/src/react/index.ts';
import { AssistantPicker } from './AssistantPicker.tsx';
import { type Credentials, callerOf, fetchWith, keepCredentials, keptCredentials } from './credentials.ts';
import { KeptUntil } from './KeptUntil.tsx';
import { SessionList } from './SessionList.tsx';
import { isPlatformSignIn, SignIn } from './SignIn.tsx';
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
    const onRefused = (refusal: string, wasKnown: boolean) => {
      if (given.current !== credentials) return;
      // The platform alone knows who signs in next: this tab may have been left long ago.
      if (isPlatformSignIn(refusal) && !wasKnown) forgetKept();
      setChallenge(refusal);
    };
    return fetchWith(credentials, onRefused);
  }, [credentials]);
  const signIn = (next: Credentials) => {
    // What somebody else has written in this tab.
    if (callerOf(next) !== callerOf(credentials)) forgetKept();
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
  const { sessionId, name, conversation, source, show, rename } = useShownSession();
  const sessions = useSessions(client, sessionId);
  const [picked, setPicked] = useState<string>();
  const [isListOpen, setListOpen] = useState(false);
  // Whether the conversation that is shown was asked for, so that the keyboard goes there.
  const [isWanted, setWanted] = useState(true);
  const fieldId = useId();
  const menu = useRef<HTMLButtonElement>(null);
  const beginning = useRef<HTMLButtonElement>(null);
  useVisibleHeight();
  const leaveList = () => {
    // The list is about to go, where the screen has no room for both.
    if (isListOpen) menu.current?.focus();
    setListOpen(false);
    setWanted(true);
  };
  const select = (id: string) => {
    leaveList();
    if (sessions.items.find((listed) => listed.id === id)?.isUnsent) show(undefined, id);
    else show(id);
  };
  /** A new conversation, or the one that the user has begun to write and not sent. */
  const begin = () => {
    const kept = keptConversations(client.baseUrl);
    show(undefined, kept.find(({ sessionId: session, turn }) => session === undefined && turn === undefined)?.name);
  };
  const forgotten = (id: string) => {
    setWanted(false);
    if (id === (sessionId ?? name)) begin();
  };
  const shown = sessions.items.find(({ id }) => id === (sessionId ?? name));
  // A fork is listed once its first turn is stored.
  const known = shown ?? sessions.items.find(({ id }) => id === source);
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
          isFixed={sessionId !== undefined || shown !== undefined}
          onPick={setPicked}
        />
      </header>
      <nav id="conversations" aria-label="Conversations">
        <button
          ref={beginning}
          type="button"
          onClick={() => {
            leaveList();
            begin();
          }}
        >
          New conversation
        </button>
        <SessionList
          sessions={sessions}
          current={sessionId ?? name}
          onSelect={select}
          onForgotten={forgotten}
          onEmptied={() => beginning.current?.focus()}
        />
      </nav>
      <main>
        <ChatPanel
          key={conversation}
          fetch={fetch}
          name={name}
          sessionId={sessionId}
          assistant={picked}
          onSession={rename}
          onTurn={sessions.noteTurn}
          fieldId={fieldId}
          autoFocus={isWanted}
          feedback
        />
        <KeptUntil expires={shown?.expires} />
      </main>
    </div>
  );
}
