import { useSyncExternalStore } from 'react';

/** Where the screen has no room for the sidebar beside the conversation; as in page.css. */
const narrow = matchMedia('(width < 60rem)');

export function useNarrow(): boolean {
  return useSyncExternalStore(subscribe, () => narrow.matches);
}

function subscribe(listener: () => void): () => void {
  narrow.addEventListener('change', listener);
  return () => narrow.removeEventListener('change', listener);
}
