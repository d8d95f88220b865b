import type { ComponentProps, ReactNode } from 'react';

interface IconButtonProps extends ComponentProps<'button'> {
  /** What it does: said to screen readers, and shown where the pointer rests on it. */
  name: string;
  children: ReactNode;
}

/** A button that shows a sign and no words. */
export function IconButton({ name, className = '', ...rest }: IconButtonProps) {
  return (
    <button type="button" {...rest} className={`parley-icon-button ${className}`} aria-label={name} title={name} />
  );
}
