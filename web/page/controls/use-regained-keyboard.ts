import { type RefObject, useEffect, useRef } from 'react';

/** The keyboard comes to an element when what had it has gone, and nothing else has taken it. */
export function useRegainedKeyboard(element: RefObject<HTMLElement | null>, isAway: boolean): void {
  const wasAway = useRef(isAway);
  useEffect(() => {
    if (wasAway.current && !isAway && document.activeElement === document.body) element.current?.focus();
    wasAway.current = isAway;
  }, [element, isAway]);
}
