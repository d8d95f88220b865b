import type { LinkProps } from './renderer-props.ts';

/** Opens in a new tab that learns nothing about this page. */
export function Link({ href, children }: LinkProps) {
  return (
    <a href={href} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  );
}
