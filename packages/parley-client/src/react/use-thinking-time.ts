import { useEffect, useState } from 'react';

const SECOND_MS = 1000;

/** Seconds, at least 1, that the model has been seen thinking; `undefined` where it was not seen. */
export function useThinkingTime(isThinking: boolean): number | undefined {
  const [began, setBegan] = useState(() => (isThinking ? Date.now() : undefined));
  const [now, setNow] = useState(began);
  useEffect(() => {
    if (!isThinking) return;
    const tell = () => setNow(Date.now());
    setBegan((known) => known ?? Date.now());
    const timer = setInterval(tell, SECOND_MS);
    return () => {
      clearInterval(timer);
      tell();
    };
  }, [isThinking]);
  if (began === undefined) return undefined;
  return Math.max(1, Math.round(((now ?? began) - began) / SECOND_MS));
}
