import { useEffect, useId, useMemo, useRef, useState } from 'react';
import { keptConversations, ParleyClient } from '../../packages/parley-client/src/index.ts';
import { ChatPanel } from '../../packages/parley-client/src/react/index.ts';
import { AssistantPicker } from './AssistantPicker.tsx';
import { ColumnHeader } from './ColumnHeader.tsx';
import { KeptUntil } from './KeptUntil.tsx';
import { languages } from './languages.ts';
import { SessionList } from './SessionList.tsx';
import { Sidebar } from './Sidebar.tsx';
import { useStrings } from './strings.ts';
import { useAssistants } from './use-assistants.ts';
import { useLanguage } from './use-language.ts';
import { useSessions } from './use-sessions.ts';
import { useShownSession } from './use-shown-session.ts';
import { useSidebar } from './use-sidebar.ts';
import { useVisibleHeight } from './use-visible-height.ts';

/** The user's conversations: one that is shown, and beside it all of them. */
export function Conversations({ fetch }: { fetch: typeof globalThis.fetch }) {
  const say = useStrings();
  const { language } = useLanguage();
  const client = useMemo(() => new ParleyClient({ fetch }), [fetch]);
  const { sessionId, name, conversation, source, show, rename } = useShownSession();
  const sessions = useSessions(client, sessionId);
  const assistants = useAssistants(client);
  const sidebar = useSidebar();
  const [picked, setPicked] = useState<string>();
  // Whether the conversation that is shown was asked for, so that the keyboard goes there.
  const [isWanted, setWanted] = useState(true);
  const fieldId = useId();
  const beginning = useRef<HTMLButtonElement>(null);
  const { menu, hiding, moveKeyboard } = useSidebarKeyboard(sidebar.isShown);
  useVisibleHeight();

  const leaveSidebar = () => {
    setWanted(true);
    if (!sidebar.isDrawer) return;
    moveKeyboard();
    sidebar.hide();
  };
  const select = (id: string) => {
    leaveSidebar();
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
  const hasBegun = sessionId !== undefined || shown !== undefined;
  return (
    <div className="parley-page">
      <button type="button" className="parley-skip" onClick={() => document.getElementById(fieldId)?.focus()}>
        {say('skipToMessage')}
      </button>
      <Sidebar
        sidebar={sidebar}
        hideRef={hiding}
        beginRef={beginning}
        onHide={() => {
          moveKeyboard();
          sidebar.hide();
        }}
        onBegin={() => {
          leaveSidebar();
          begin();
        }}
      >
        <SessionList
          sessions={sessions}
          current={sessionId ?? name}
          onSelect={select}
          onForgotten={forgotten}
          onEmptied={() => beginning.current?.focus()}
        />
      </Sidebar>
      <div className="parley-column" inert={sidebar.isDrawer}>
        <ColumnHeader
          title={known?.title ?? say('newConversation')}
          assistant={hasBegun ? assistants.named(known?.assistant)?.title : undefined}
          hasSidebar={sidebar.isShown}
          menuRef={menu}
          onShowSidebar={() => {
            moveKeyboard();
            sidebar.show();
          }}
          onBegin={() => {
            setWanted(true);
            begin();
          }}
        />
        <main>
          {!hasBegun && <AssistantPicker assistants={assistants} picked={picked} onPick={setPicked} />}
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
            strings={languages[language].panel}
            feedback
          />
          <KeptUntil expires={shown?.expires} />
        </main>
      </div>
    </div>
  );
}

/** The button that was used goes with what it hides or shows: the keyboard goes to the one that undoes it. */
function useSidebarKeyboard(isShown: boolean) {
  const menu = useRef<HTMLButtonElement>(null);
  const hiding = useRef<HTMLButtonElement>(null);
  const isMoving = useRef(false);
  useEffect(() => {
    if (isMoving.current) (isShown ? hiding : menu).current?.focus();
    isMoving.current = false;
  }, [isShown]);
  const moveKeyboard = () => {
    isMoving.current = true;
  };
  return { menu, hiding, moveKeyboard };
}
