import { createElement, type ReactNode, useMemo } from 'react';
import type { FormulaToken } from './formula-extensions.ts';
import type { MathElement } from './mathml-tree.ts';
import { useFormulas } from './use-formulas.ts';
import { useScrolls } from './use-scrolls.ts';

/** A formula as MathML, which browsers draw and screen readers read; its TeX, where that is not to be had. */
export function Formula({ tex, raw, isDisplay }: Pick<FormulaToken, 'tex' | 'raw' | 'isDisplay'>) {
  const formulaOf = useFormulas();
  const formula = useMemo(() => {
    const math = formulaOf?.(tex, isDisplay);
    return math && elementOf(math);
  }, [formulaOf, tex, isDisplay]);
  const { ref, scrolls } = useScrolls(formula);
  const written = raw.trim();
  if (formula === undefined) return <code dir="ltr">{written}</code>;
  return (
    <span
      ref={ref}
      dir="ltr"
      className={isDisplay ? 'parley-formula parley-display' : 'parley-formula'}
      // What scrolls has to be reached by keyboard.
      tabIndex={scrolls ? 0 : undefined}
    >
      {formula}
      <span className="parley-tex" aria-hidden="true">
        {written}
      </span>
    </span>
  );
}

function elementOf({ name, attributes, style, children }: MathElement): ReactNode {
  const { class: className, ...rest } = attributes;
  const content = children.map((child) => (typeof child === 'string' ? child : elementOf(child)));
  return createElement(name, { ...rest, ...(className && { className }), style }, ...content);
}
