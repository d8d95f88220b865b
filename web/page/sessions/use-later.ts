import { useCallback, useEffect, useRef } from 'react';

/** @returns what has it done after each of these times, as long as the page stays */
export function useLater(act: () => void, afterMs: readonly number[]): () => void {
  const timers = useRef<ReturnType<typeof setTimeout>[]>([]);
  const clear = useCallback(() => {
    for (const timer of timers.current) clearTimeout(timer);
  }, []);
  useEffect(() => clear, [clear]);
  return useCallback(() => {
    clear();
    timers.current = afterMs.map((ms) => setTimeout(act, ms));
  }, [act, afterMs, clear]);
}
