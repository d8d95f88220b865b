import { useState } from 'react';
import { useKeptFlag } from '../use-kept-flag.ts';
import { useNarrow } from './use-narrow.ts';

export interface SidebarState {
  isShown: boolean;
  /** It lies over the conversation, which cannot be used until it is gone. */
  isDrawer: boolean;
  show: () => void;
  hide: () => void;
}

/** Whether the conversations are in sight: beside the one that is shown as the user left it, over it while they are wanted. */
export function useSidebar(): SidebarState {
  const isNarrow = useNarrow();
  const [isCollapsed, setCollapsed] = useKeptFlag('parley:sidebar-collapsed');
  const [isOpen, setOpen] = useState(false);
  const turn = (isShown: boolean) => (isNarrow ? setOpen(isShown) : setCollapsed(!isShown));
  return {
    isShown: isNarrow ? isOpen : !isCollapsed,
    isDrawer: isNarrow && isOpen,
    show: () => turn(true),
    hide: () => turn(false),
  };
}
