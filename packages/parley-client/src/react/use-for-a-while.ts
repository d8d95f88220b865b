import { useEffect, useState } from 'react';

/** A value that goes by itself, so many milliseconds after it was set last. */
export function useForAWhile<Value>(lasts: number): [Value | undefined, (value: Value | undefined) => void] {
  const [value, setValue] = useState<Value>();
  useEffect(() => {
    if (value === undefined) return;
    const timer = setTimeout(() => setValue(undefined), lasts);
    return () => clearTimeout(timer);
  }, [value, lasts]);
  return [value, setValue];
}
