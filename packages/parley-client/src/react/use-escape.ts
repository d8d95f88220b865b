import { type RefObject, useEffect } from 'react';
import { isComposing } from './composing.ts';

/** The panels of this page whose answer is on its way. */
const underWay = new Set<Element>();
/** Of each panel, when the user was in it last: a number that only grows. */
const used = new WeakMap<Element, number>();
let uses = 0;

/**
 * Escape stops the answer, wherever the keyboard is: of several, that in the panel which the user was in last.
 *
 * @param stop the same function for as long as the panel is shown
 */
export function useEscape(panel: RefObject<HTMLElement | null>, isUnderWay: boolean, stop: () => void): void {
  useEffect(() => {
    const element = panel.current as HTMLElement;
    const use = () => {
      uses += 1;
      used.set(element, uses);
    };
    element.addEventListener('focusin', use);
    element.addEventListener('pointerdown', use);
    return () => {
      element.removeEventListener('focusin', use);
      element.removeEventListener('pointerdown', use);
    };
  }, [panel]);
  useEffect(() => {
    const element = panel.current as HTMLElement;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || isComposing(event) || isTaken(event, element) || element !== usedLast()) return;
      event.preventDefault();
      stop();
    };
    if (!isUnderWay) return;
    underWay.add(element);
    // The last to hear of it: whatever else is closed by the key has said so by then.
    window.addEventListener('keydown', onKeyDown);
    return () => {
      underWay.delete(element);
      window.removeEventListener('keydown', onKeyDown);
    };
  }, [panel, isUnderWay, stop]);
}

function usedLast(): Element | undefined {
  return [...underWay].sort((one, other) => (used.get(other) ?? 0) - (used.get(one) ?? 0))[0];
}

/**
 * By something that closes: what the browser closes by itself does not prevent the default. What the panel itself stands
 * in comes second.
 */
function isTaken({ defaultPrevented, target }: KeyboardEvent, panel: Element): boolean {
  const around =
    target instanceof Element ? target.closest('dialog, [role$="dialog"], [role="menu"], [role="listbox"]') : null;
  const popovers = document.querySelectorAll(':popover-open:not([popover="manual"])');
  const closing = [...popovers, ...(around ? [around] : [])];
  return defaultPrevented || closing.some((each) => !holds(each, panel));
}

/** Also in the shadow of an element that it holds. */
function holds(outer: Element, inner: Element): boolean {
  const root = inner.getRootNode();
  return outer.contains(inner) || (root instanceof ShadowRoot && holds(outer, root.host));
}
