import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';

/** Within so many pixels of the lower end it counts as reached. */
const NEAR = 80;

/** In pixels. */
const ABOVE = 8;

/** What unfolds something below itself. */
const TOGGLES = 'summary, [aria-expanded]';

/** What the user reads: a message, its place in the list, and how far below the upper edge that was. */
interface Read {
  message: HTMLElement;
  place: number;
  below: number;
}

/**
 * Keeps a list at its end while that grows, until the user scrolls up; and from then on where the user reads, whatever
 * comes in above that.
 *
 * @param scroller what scrolls; in it is a `.parley-list` of `.parley-message`
 * @param asked with every other number the list follows again
 */
export function useFollowing(scroller: RefObject<HTMLElement | null>, asked: number) {
  const [follows, setFollows] = useState(true);
  // The same, for what happens between two renderings.
  const isFollowing = useRef(true);
  const read = useRef<Read | undefined>(undefined);
  /** What the user has just unfolded: it stays in sight. */
  const unfolded = useRef<Element | null>(null);
  const wasAt = useRef(0);
  const wasHigh = useRef(0);

  const follow = useCallback((next: boolean) => {
    isFollowing.current = next;
    setFollows(next);
  }, []);
  const keepPlace = useCallback(
    (element: HTMLElement) => {
      // What stands in place of messages is read from its beginning.
      if (element.querySelector('.parley-message') === null) return;
      const { message, place, below } = read.current ?? {};
      if (isFollowing.current) {
        const top = topOf(unfolded.current, element);
        element.scrollTop = Math.min(element.scrollHeight, top);
        if (element.scrollHeight - element.clientHeight - top >= NEAR) follow(false);
      } else if (message?.isConnected && message.offsetTop !== place) {
        element.scrollTop = message.offsetTop - (below ?? 0);
      }
      // Its event comes later, and then perhaps from where the user has scrolled meanwhile.
      wasAt.current = element.scrollTop;
      wasHigh.current = element.clientHeight;
    },
    [follow],
  );
  const toEnd = useCallback(() => {
    unfolded.current = null;
    follow(true);
    keepPlace(scroller.current as HTMLElement);
  }, [scroller, follow, keepPlace]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the number that says so
  useEffect(toEnd, [toEnd, asked]);
  // After each layout and before it is painted: whatever made the list longer, or its frame smaller.
  useEffect(() => {
    const element = scroller.current as HTMLElement;
    const observer = new ResizeObserver(() => keepPlace(element));
    observer.observe(element);
    observer.observe(element.querySelector('.parley-list') as HTMLElement);
    const closing = new AbortController();
    const unfold = ({ target }: MouseEvent) => {
      const toggle = (target as Element).closest(TOGGLES);
      // What unfolds the panel itself is none of its own.
      unfolded.current = element.contains(toggle) ? toggle : null;
      // What it unfolds is laid out in the next frame.
      requestAnimationFrame(() => requestAnimationFrame(() => (unfolded.current = null)));
    };
    element.addEventListener('click', unfold, { capture: true, signal: closing.signal });
    return () => {
      observer.disconnect();
      closing.abort();
    };
  }, [scroller, keepPlace]);

  const onScroll = () => {
    const element = scroller.current as HTMLElement;
    const { scrollTop, scrollHeight, clientHeight } = element;
    const items = [...element.querySelectorAll<HTMLElement>('.parley-message')];
    const message = items.find(({ offsetTop, offsetHeight }) => offsetTop + offsetHeight > scrollTop);
    const place = message?.offsetTop ?? 0;
    read.current = message && { message, place, below: place - scrollTop };
    if (scrollHeight - scrollTop - clientHeight < NEAR) follow(true);
    // Where the list grows below, it stays at its place, and did not leave the end. What moves with the height of its frame
    // was not moved by the user.
    else if (scrollTop < wasAt.current && clientHeight === wasHigh.current) follow(false);
    wasAt.current = scrollTop;
  };
  const toNewest = () => {
    toEnd();
    // The button that was used is there no longer.
    scroller.current?.focus({ preventScroll: true });
  };
  return { follows, onScroll, toNewest };
}

/** Where an element begins in what scrolls, with some room above it. */
function topOf(part: Element | null, scroller: HTMLElement): number {
  if (!part?.isConnected) return Number.POSITIVE_INFINITY;
  return part.getBoundingClientRect().top - scroller.getBoundingClientRect().top + scroller.scrollTop - ABOVE;
}
