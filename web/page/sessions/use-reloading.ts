import { useEffect } from 'react';

const FIRST_MS = 2000;
/** Longer than any turn. */
const ENOUGH_MS = 240_000;

/** Reloads while something is awaited, after pauses that grow. */
export function useReloading(isAwaited: boolean, reload: () => void): void {
  useEffect(() => {
    if (!isAwaited) return;
    const begun = Date.now();
    let timer: ReturnType<typeof setTimeout>;
    const reloadAfter = (pause: number) => {
      timer = setTimeout(() => {
        reload();
        if (Date.now() - begun < ENOUGH_MS) reloadAfter(pause * 1.5);
      }, pause);
    };
    reloadAfter(FIRST_MS);
    return () => clearTimeout(timer);
  }, [isAwaited, reload]);
}
