import { useId, useMemo, useRef, useState } from 'react';
import { keptConversations, ParleyClient } from '../../packages/parley-client/src/index.ts';
import { ChatPanel } from '../../packages/parley-client/src/react/index.ts';
import { UserMenu } from './account/UserMenu.tsx';
import { useAccount } from './account/use-account.ts';
import { ColumnHeader } from './conversation/ColumnHeader.tsx';
import { Footnote } from './conversation/Footnote.tsx';
import { SkipButton } from './conversation/SkipButton.tsx';
import { FirstScreen } from './first-screen/FirstScreen.tsx';
import { useAssistants } from './first-screen/use-assistants.ts';
import { languages } from './languages/languages.ts';
import { useLanguage } from './languages/use-language.ts';
import { ConversationFacts, type Facts } from './sessions/ConversationFacts.tsx';
import { unlistedSession } from './sessions/listed.ts';
import { useSessions } from './sessions/use-sessions.ts';
import { useShownSession } from './sessions/use-shown-session.ts';
import { SessionList } from './sidebar/SessionList.tsx';
import { Sidebar } from './sidebar/Sidebar.tsx';
import { useSidebar } from './sidebar/use-sidebar.ts';
import { useSidebarKeyboard } from './sidebar/use-sidebar-keyboard.ts';
import { useVisibleHeight } from './use-visible-height.ts';

interface ConversationsProps {
  fetch: typeof globalThis.fetch;
  /** The user has signed in on this page. */
  hasCredentials: boolean;
  /** @param endpoint of the platform, where that signed the user in */
  onSignOut: (endpoint: string | undefined) => void;
}

/** The user's conversations: one that is shown, and beside it all of them. */
export function Conversations({ fetch, hasCredentials, onSignOut }: ConversationsProps) {
  const { language } = useLanguage();
  const client = useMemo(() => new ParleyClient({ fetch }), [fetch]);
  const { sessionId, name, conversation, show, rename, ...entry } = useShownSession();
  const sessions = useSessions(client, sessionId);
  const assistants = useAssistants(client);
  const account = useAccount(client);
  const sidebar = useSidebar();
  const [picked, setPicked] = useState<string>();
  const [facts, setFacts] = useState<Facts>();
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
    if (sessions.items.find((listed) => listed.id === id)?.isUnsent) show(undefined, { name: id });
    else show(id);
  };
  /** A new conversation, or the one of its kind that the user has begun to write and not sent. */
  const showNew = (isTemporary: boolean) => {
    const begun = keptConversations(client.baseUrl).find(
      (kept) => kept.sessionId === undefined && kept.turn === undefined && Boolean(kept.temporary) === isTemporary,
    );
    show(undefined, { isTemporary, ...(begun?.name !== undefined && { name: begun.name }) });
  };
  const begin = (isTemporary = false) => {
    leaveSidebar();
    showNew(isTemporary);
  };
  const forgotten = (id: string) => {
    setWanted(false);
    if (id === current) showNew(false);
  };
  const current = sessionId ?? name;
  const listed = sessions.items.find(({ id }) => id === current);
  const hasBegun = sessionId !== undefined || facts?.hasBegun === true;
  const isTemporary = entry.isTemporary || facts?.isTemporary === true;
  const assistant = hasBegun ? assistants.named(facts?.assistant) : undefined;
  return (
    <div className="parley-page">
      <SkipButton fieldId={fieldId} isInert={sidebar.isDrawer} />
      <Sidebar
        sidebar={sidebar}
        hideRef={hiding}
        beginRef={beginning}
        onHide={() => {
          moveKeyboard();
          sidebar.hide();
        }}
        onBegin={begin}
        userMenu={<UserMenu account={account} hasCredentials={hasCredentials} onSignOut={onSignOut} />}
      >
        <SessionList
          client={client}
          sessions={sessions}
          current={current}
          onSelect={select}
          onForgotten={forgotten}
          onEmptied={() => beginning.current?.focus()}
        />
      </Sidebar>
      <div className="parley-column" inert={sidebar.isDrawer}>
        <ColumnHeader
          client={client}
          sessions={sessions}
          session={listed ?? unlistedSession(sessionId, sessions.find(sessionId), facts)}
          isTemporary={isTemporary}
          assistant={assistant}
          hasSidebar={sidebar.isShown && !sidebar.isDrawer}
          menuRef={menu}
          onShowSidebar={() => {
            moveKeyboard();
            sidebar.show();
          }}
          onBegin={() => begin()}
          onSelect={select}
        />
        <main>
          <ChatPanel
            key={conversation}
            fetch={fetch}
            name={name}
            sessionId={sessionId}
            assistant={picked}
            assistantName={assistant?.title}
            assistantAvatar={assistant?.avatar}
            temporary={entry.isTemporary}
            onSession={rename}
            onTurn={() => {
              sessions.noteTurn();
              account.reload();
            }}
            onError={account.reload}
            fieldId={fieldId}
            autoFocus={isWanted}
            strings={languages[language].panel}
            feedback
            header={<ConversationFacts onFacts={setFacts} />}
            emptyState={<FirstScreen assistants={assistants} picked={picked} onPick={setPicked} />}
            footnote={<Footnote allowances={account.allowances} expires={listed?.expires} />}
          />
        </main>
      </div>
    </div>
  );
}
