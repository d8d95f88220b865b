import { type RefObject, useEffect, useRef, useState } from 'react';

/**
 * Whether an element holds more than it is wide.
 *
 * @param content what it holds
 */
export function useScrolls<Held>(content: Held): { ref: RefObject<HTMLSpanElement | null>; scrolls: boolean } {
  const ref = useRef<HTMLSpanElement>(null);
  const [scrolls, setScrolls] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: other content may be wider
  useEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setScrolls(element.scrollWidth > element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, [content]);
  return { ref, scrolls };
}
