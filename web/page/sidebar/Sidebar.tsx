import { type ReactNode, type Ref, useRef } from 'react';
import { Brand } from '../brand/Brand.tsx';
import { IconButton } from '../controls/IconButton.tsx';
import { NewIcon, SidebarIcon, TemporaryIcon } from '../controls/icons.tsx';
import { useStrings } from '../languages/strings.ts';
import { useDrawer } from './use-drawer.ts';
import type { SidebarState } from './use-sidebar.ts';

interface SidebarProps {
  sidebar: SidebarState;
  hideRef: Ref<HTMLButtonElement>;
  beginRef: Ref<HTMLButtonElement>;
  onHide: () => void;
  onBegin: (isTemporary?: boolean) => void;
  /** The list of conversations. */
  children: ReactNode;
  userMenu: ReactNode;
}

/** Beside the conversation that is shown: the others. */
export function Sidebar({ sidebar, hideRef, beginRef, onHide, onBegin, children, userMenu }: SidebarProps) {
  const say = useStrings();
  const element = useRef<HTMLDivElement>(null);
  useDrawer(element, sidebar.isDrawer, onHide);
  // A dialog as long as it keeps the user from the rest.
  const dialog = sidebar.isDrawer && { role: 'dialog', 'aria-modal': true, 'aria-label': say('conversations') };
  return (
    <div ref={element} id="conversations" className="parley-sidebar" hidden={!sidebar.isShown} {...dialog}>
      <nav aria-label={say('conversations')}>
        <div className="parley-sidebar-top">
          <Brand />
          <IconButton ref={hideRef} name={say('hideConversations')} onClick={onHide}>
            <SidebarIcon />
          </IconButton>
        </div>
        <button ref={beginRef} type="button" className="parley-entry" onClick={() => onBegin()}>
          <NewIcon />
          {say('newConversation')}
        </button>
        <button type="button" className="parley-entry" onClick={() => onBegin(true)}>
          <TemporaryIcon />
          {say('temporaryChat')}
        </button>
        {children}
        <div className="parley-sidebar-foot">{userMenu}</div>
      </nav>
    </div>
  );
}
