import { useLayoutEffect, useRef } from 'react';

/** The button that shows or hides the sidebar goes when it is used: the keyboard goes to the one that undoes it. */
export function useSidebarKeyboard(isShown: boolean) {
  const menu = useRef<HTMLButtonElement>(null);
  const hiding = useRef<HTMLButtonElement>(null);
  const isMoving = useRef(false);
  // Before a conversation that is shown then may have it.
  useLayoutEffect(() => {
    if (isMoving.current) (isShown ? hiding : menu).current?.focus();
    isMoving.current = false;
  }, [isShown]);
  const moveKeyboard = () => {
    isMoving.current = true;
  };
  return { menu, hiding, moveKeyboard };
}
