import { type FocusEvent, type KeyboardEvent, useRef, useState } from 'react';

/**
 * One stop of the Tab key for lists of any length: the buttons of one row. The arrow keys, Home and End go to the others.
 *
 * @param ids of the rows, in their order; each is an `<li>` that begins with its main button
 * @param current the row that Tab leads to before the user has been in any
 */
export function useRovingRows(ids: readonly string[], current: string | undefined) {
  const lists = useRef<HTMLDivElement>(null);
  const [visited, setVisited] = useState<string>();
  const stop = [visited, current].find((id) => id !== undefined && ids.includes(id)) ?? ids[0];

  const all = () => [...(lists.current?.querySelectorAll('li') ?? [])];
  const placeOf = (element: EventTarget) => all().findIndex((row) => row.contains(element as Node));
  const mainOf = (row: Element | undefined) => row?.querySelector('button') ?? null;
  const onKeyDown = (event: KeyboardEvent) => {
    const place = placeOf(event.target);
    const last = ids.length - 1;
    const next = { ArrowUp: place - 1, ArrowDown: place + 1, Home: 0, End: last }[event.key];
    // A menu and a field of a row have these keys for themselves.
    const isTaken = event.defaultPrevented || event.target instanceof HTMLInputElement;
    if (next === undefined || place === -1 || isTaken) return;
    event.preventDefault();
    mainOf(all()[Math.min(Math.max(next, 0), last)])?.focus();
  };
  return {
    /** What the element around the lists is given. */
    rows: {
      ref: lists,
      onKeyDown,
      onFocus: (event: FocusEvent) => setVisited((before) => ids[placeOf(event.target)] ?? before),
    },
    /** What each button of a row is given. */
    tabIndexOf: (id: string) => (id === stop ? 0 : -1),
    /** Where the keyboard goes when that row goes: to the next one, or the one before where it is the last. */
    besides: (id: string): HTMLElement | null => {
      const place = ids.indexOf(id);
      return mainOf(all()[place + 1] ?? all()[place - 1]);
    },
  };
}
