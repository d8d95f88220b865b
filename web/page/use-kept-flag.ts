import { useState } from 'react';

/** Something that is or is not, and is the same at the next visit; where the browser keeps nothing, for this one. */
export function useKeptFlag(key: string): [boolean, (is: boolean) => void] {
  const [is, set] = useState(() => kept(() => localStorage.getItem(key)) === 'true');
  const keep = (next: boolean) => {
    set(next);
    kept(() => (next ? localStorage.setItem(key, 'true') : localStorage.removeItem(key)));
  };
  return [is, keep];
}

/** Storage may be forbidden, or full. */
export function kept<T>(use: () => T): T | undefined {
  try {
    return use();
  } catch {
    return undefined;
  }
}
