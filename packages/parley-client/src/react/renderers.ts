import { type ComponentType, createContext, useContext } from 'react';
import { CodeBlock } from './markdown/CodeBlock.tsx';
import { Link } from './markdown/Link.tsx';
import type { CodeProps, LinkProps } from './markdown/renderer-props.ts';
import type { StepProps } from './steps/step-props.ts';

/** Components that an app supplies for parts of answers, in place of the panel's own. */
export interface Renderers {
  /** For blocks of code. */
  code?: ComponentType<CodeProps>;
  /** For links. */
  link?: ComponentType<LinkProps>;
  /** For calls of tools. */
  step?: ComponentType<StepProps>;
}

const Chosen = createContext<Renderers>({});

export const RenderersProvider = Chosen.Provider;

export function useRenderers() {
  const { code = CodeBlock, link = Link, step } = useContext(Chosen);
  return { code, link, step };
}
