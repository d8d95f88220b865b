import type { ClipboardEvent } from 'react';

const FORMULA = '.parley-formula';

/** Puts TeX into the clipboard for the formulas of what is copied. What holds none is copied as browsers do. */
export function copyTex(event: ClipboardEvent<HTMLElement>): void {
  const { currentTarget: list, clipboardData } = event;
  const selection = selectionIn(list);
  const range = selection?.rangeCount ? selection.getRangeAt(0) : undefined;
  const formulas = [...list.querySelectorAll(FORMULA)].filter((formula) => range?.intersectsNode(formula));
  if (selection === null || range === undefined || formulas.length === 0) return;
  const [first, last] = [formulaAround(range.startContainer), formulaAround(range.endContainer)];
  if (first) range.setStartBefore(first);
  if (last) range.setEndAfter(last);
  // Only a browser knows the text of a selection, with its lines: it is asked while the TeX is what is shown.
  for (const formula of formulas) formula.classList.add('parley-copied');
  clipboardData.setData('text/plain', selection.toString());
  for (const formula of formulas) formula.classList.remove('parley-copied');
  clipboardData.setData('text/html', htmlOf(range));
  event.preventDefault();
}

function selectionIn(element: Element): Selection | null {
  const root = element.getRootNode() as Document | (ShadowRoot & { getSelection?: Document['getSelection'] });
  return root.getSelection?.() ?? document.getSelection();
}

function formulaAround(node: Node): Element | null {
  return (node instanceof Element ? node : node.parentElement)?.closest(FORMULA) ?? null;
}

function htmlOf(range: Range): string {
  const copied = document.createElement('div');
  copied.append(range.cloneContents());
  for (const formula of copied.querySelectorAll(FORMULA)) {
    formula.replaceWith(formula.querySelector('.parley-tex')?.textContent ?? '');
  }
  return copied.innerHTML;
}
