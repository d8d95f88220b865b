import type { ReactNode } from 'react';

/** The props of a component for blocks of code. */
export interface CodeProps {
  code: string;
  /** As the answer writes it. */
  language: string | undefined;
  /** False while the block may still grow. */
  isComplete: boolean;
}

/** The props of a component for links. */
export interface LinkProps {
  /** Safe to follow: `http`, `https`, `mailto` or relative. */
  href: string;
  children: ReactNode;
}
