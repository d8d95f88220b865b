import type { Ref } from 'react';
import { IconButton } from './IconButton.tsx';
import { NewIcon, SidebarIcon } from './icons.tsx';
import { useStrings } from './strings.ts';

interface ColumnHeaderProps {
  title: string;
  /** With whom the conversation is, once it has begun. */
  assistant: string | undefined;
  /** The sidebar is in sight, and has what would stand here otherwise. */
  hasSidebar: boolean;
  menuRef: Ref<HTMLButtonElement>;
  onShowSidebar: () => void;
  onBegin: () => void;
}

/** What the conversation is called, and what can be done with it. */
export function ColumnHeader(props: ColumnHeaderProps) {
  const { title, assistant, hasSidebar, menuRef, onShowSidebar, onBegin } = props;
  const say = useStrings();
  return (
    <header>
      {!hasSidebar && (
        <IconButton
          ref={menuRef}
          name={say('conversations')}
          aria-expanded={false}
          aria-controls="conversations"
          onClick={onShowSidebar}
        >
          <SidebarIcon />
        </IconButton>
      )}
      <div className="parley-title">
        <h1 dir="auto">{title}</h1>
        {assistant && <p dir="auto">{assistant}</p>}
      </div>
      {!hasSidebar && (
        <IconButton name={say('newConversation')} onClick={onBegin}>
          <NewIcon />
        </IconButton>
      )}
    </header>
  );
}
