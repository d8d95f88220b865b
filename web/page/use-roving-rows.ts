import { type FocusEvent, type KeyboardEvent, useRef, useState } from 'react';

/**
 * One stop of the Tab key for a list of any length: the buttons of one row. The arrow keys, Home and End go to the others.
 *
 * @param ids of the rows, in their order; each is a child of the list and begins with its main button
 * @param current the row that Tab leads to before the user has been in any
 */
export function useRovingRows(ids: readonly string[], current: string | undefined) {
  const list = useRef<HTMLUListElement>(null);
  const [visited, setVisited] = useState<string>();
  const stop = [visited, current].find((id) => id !== undefined && ids.includes(id)) ?? ids[0];

  const placeOf = (element: EventTarget) =>
    [...(list.current?.children ?? [])].findIndex((row) => row.contains(element as Node));
  const focusRow = (place: number) => list.current?.children[place]?.querySelector('button')?.focus();
  const onKeyDown = (event: KeyboardEvent) => {
    const place = placeOf(event.target);
    const last = ids.length - 1;
    const next = { ArrowUp: place - 1, ArrowDown: place + 1, Home: 0, End: last }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    focusRow(Math.min(Math.max(next, 0), last));
  };
  return {
    /** What the list is given. */
    rows: {
      ref: list,
      onKeyDown,
      onFocus: (event: FocusEvent) => setVisited(ids[placeOf(event.target)]),
    },
    /** What each button of a row is given. */
    tabIndexOf: (id: string) => (id === stop ? 0 : -1),
    /** Where the keyboard goes when that row goes: to the next one, or the one before where it is the last. */
    besides: (id: string): HTMLElement | null => {
      const row = list.current?.children[ids.indexOf(id)];
      return (row?.nextElementSibling ?? row?.previousElementSibling)?.querySelector('button') ?? null;
    },
  };
}
