import { type RefObject, useEffect } from 'react';

/** Closes a drawer by Escape and by a press beside it. What lies behind it is to be `inert`. */
export function useDrawer(drawer: RefObject<HTMLElement | null>, isOpen: boolean, close: () => void): void {
  useEffect(() => {
    if (!isOpen) return;
    const onKeyDown = (event: KeyboardEvent) => {
      // A menu or a dialog over the drawer closes first, and the browser does that without a word.
      const isTaken = event.defaultPrevented || document.querySelector(':popover-open, dialog[open]') !== null;
      if (event.key !== 'Escape' || isTaken) return;
      // Nor does it stop an answer.
      event.preventDefault();
      close();
    };
    const onClick = ({ target }: MouseEvent) => {
      const isBeside = target instanceof Element && target.isConnected && !target.closest('dialog');
      if (isBeside && !drawer.current?.contains(target)) close();
    };
    document.addEventListener('keydown', onKeyDown);
    // On its way down, so that the click which opens the drawer has passed.
    document.addEventListener('click', onClick, true);
    return () => {
      document.removeEventListener('keydown', onKeyDown);
      document.removeEventListener('click', onClick, true);
    };
  });
}
