import type { MouseEvent, ReactNode } from 'react';

interface JumpProps {
  id?: string;
  /** The id of its target. */
  to: string;
  label: string;
  children: ReactNode;
}

/** A link within a text. It leaves the page's address alone: the part after `#` belongs to the app. */
export function Jump({ id, to, label, children }: JumpProps) {
  const jump = (event: MouseEvent<HTMLAnchorElement>) => {
    event.preventDefault();
    const root = event.currentTarget.getRootNode() as Document | ShadowRoot;
    root.getElementById(to)?.focus();
  };
  return (
    <a id={id} href={`#${to}`} aria-label={label} onClick={jump}>
      {children}
    </a>
  );
}
