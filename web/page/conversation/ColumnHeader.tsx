import { type Ref, useRef } from 'react';
import type { Assistant, ParleyClient } from '../../../packages/parley-client/src/index.ts';
import { Brand } from '../brand/Brand.tsx';
import { Avatar } from '../controls/Avatar.tsx';
import { ConfirmDialog } from '../controls/ConfirmDialog.tsx';
import { IconButton } from '../controls/IconButton.tsx';
import { NewIcon, SidebarIcon, TemporaryIcon } from '../controls/icons.tsx';
import { Menu } from '../controls/Menu.tsx';
import { useRegainedKeyboard } from '../controls/use-regained-keyboard.ts';
import { useStrings } from '../languages/strings.ts';
import type { Listed } from '../sessions/listed.ts';
import { sessionMenu } from '../sessions/session-menu.tsx';
import { TitleEditor } from '../sessions/TitleEditor.tsx';
import { useSessionActions } from '../sessions/use-session-actions.ts';
import type { Sessions } from '../sessions/use-sessions.ts';

interface ColumnHeaderProps {
  client: ParleyClient;
  sessions: Sessions;
  /** The conversation that is shown, once it has begun. */
  session: Listed | undefined;
  isTemporary: boolean;
  /** With whom the conversation is, once that is settled. */
  assistant: Assistant | undefined;
  /** The sidebar is in sight, and has what would stand here otherwise. */
  hasSidebar: boolean;
  menuRef: Ref<HTMLButtonElement>;
  onShowSidebar: () => void;
  onBegin: () => void;
  onSelect: (id: string) => void;
}

/** What the conversation is called, with whom it is, and what can be done with it. */
export function ColumnHeader(props: ColumnHeaderProps) {
  const { client, sessions, session, isTemporary, assistant, hasSidebar, menuRef, onBegin } = props;
  const say = useStrings();
  const actions = useSessionActions({ client, sessions, onForget: () => onBegin });
  const title = isTemporary ? say('temporaryChat') : session ? session.title : say('newConversation');
  const source = session?.forked_from && sessions.find(session.forked_from.session_id);
  return (
    <header>
      {!hasSidebar && (
        <IconButton
          ref={menuRef}
          name={say('conversations')}
          aria-expanded={false}
          aria-controls="conversations"
          onClick={props.onShowSidebar}
        >
          <SidebarIcon />
        </IconButton>
      )}
      <div className="parley-heading">
        {!hasSidebar && !session && !isTemporary && <Brand />}
        {isTemporary && <TemporaryIcon />}
        <Title title={title} session={isTemporary ? undefined : session} actions={actions} />
        {assistant && (
          <p className="parley-with">
            <Avatar assistant={assistant} />
            <span dir="auto">{assistant.title}</span>
          </p>
        )}
      </div>
      {isTemporary && <p className="parley-sentence">{say('temporaryHint')}</p>}
      {actions.failure && (
        <p role="alert" className="parley-sentence">
          {actions.failure}
        </p>
      )}
      {session && (
        <Menu
          name={say('actions')}
          items={sessionMenu(session, actions, say, source && (() => props.onSelect(source.id)))}
        />
      )}
      {!hasSidebar && (
        <IconButton name={say('newConversation')} onClick={onBegin}>
          <NewIcon />
        </IconButton>
      )}
      {actions.doomed && (
        <ConfirmDialog
          question={say('deleteQuestion', { title: actions.doomed.title || say('untitled') })}
          action={say('delete')}
          onAnswer={actions.answer}
        />
      )}
    </header>
  );
}

interface TitleProps {
  title: string;
  /** One that has a title of its own. */
  session: Listed | undefined;
  actions: ReturnType<typeof useSessionActions>;
}

/** The page's first heading. A press on it writes it anew. */
function Title({ title, session, actions }: TitleProps) {
  const say = useStrings();
  const renaming = useRef<HTMLButtonElement>(null);
  const isRenaming = session !== undefined && actions.renaming === session.id;
  useRegainedKeyboard(renaming, isRenaming);
  if (isRenaming) return <TitleEditor title={session.title} onDone={(next) => actions.rename(session, next)} />;
  return (
    <div className="parley-title">
      <h1 dir="auto">{title}</h1>
      {session && !session.isUnsent && (
        <button
          ref={renaming}
          type="button"
          aria-label={say('rename')}
          title={say('rename')}
          onClick={() => actions.beginRename(session)}
        />
      )}
    </div>
  );
}
