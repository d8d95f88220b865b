import type { ComponentPropsWithoutRef, ComponentType, Ref } from 'react';

interface IconButtonProps extends ComponentPropsWithoutRef<'button'> {
  /** What it does; shown when it is pointed at. */
  name: string;
  icon: ComponentType;
  buttonRef?: Ref<HTMLButtonElement> | undefined;
}

/** A button with an icon in place of its name. */
export function IconButton({ name, icon: Icon, buttonRef, className = '', type = 'button', ...rest }: IconButtonProps) {
  return (
    <button
      {...rest}
      ref={buttonRef}
      type={type}
      className={`parley-icon-button ${className}`}
      aria-label={name}
      title={name}
    >
      <Icon />
    </button>
  );
}
