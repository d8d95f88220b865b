import { type ComponentType, createContext, useContext } from 'react';
import { CodeBlock } from './markdown/CodeBlock.tsx';
import { Link } from './markdown/Link.tsx';
import type { CodeProps, LinkProps } from './markdown/renderer-props.ts';

/** Components that an app supplies for parts of answers, in place of the panel's own. */
export interface Renderers {
  /** For blocks of code. */
  code?: ComponentType<CodeProps>;
  /** For links. */
  link?: ComponentType<LinkProps>;
}

const Chosen = createContext<Renderers>({});

export const RenderersProvider = Chosen.Provider;

export function useRenderers(): Required<Renderers> {
  const { code = CodeBlock, link = Link } = useContext(Chosen);
  return { code, link };
}
