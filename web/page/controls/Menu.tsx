import { type KeyboardEvent, type ReactNode, useId, useRef, useState } from 'react';
import { IconButton } from './IconButton.tsx';
import { MoreIcon } from './icons.tsx';

export interface MenuItem {
  name: string;
  icon: ReactNode;
  onChoose: () => void;
  /** It cannot be undone. */
  isDangerous?: boolean;
}

interface MenuProps {
  /** Of the button that opens it. */
  name: string;
  items: readonly MenuItem[];
  tabIndex?: number;
}

/**
 * A button with a menu. The browser closes it, by Escape and by a press elsewhere, and gives the keyboard back to the button;
 * it stands beside the button by CSS.
 */
export function Menu({ name, items, tabIndex }: MenuProps) {
  const id = useId();
  const menu = useRef<HTMLDivElement>(null);
  const [isOpen, setOpen] = useState(false);
  const entries = () => [...(menu.current?.querySelectorAll('button') ?? [])];
  const onKeyDown = (event: KeyboardEvent) => {
    const all = entries();
    const place = all.indexOf(event.target as HTMLButtonElement);
    const next = { ArrowUp: place - 1, ArrowDown: place + 1, Home: 0, End: all.length - 1 }[event.key];
    if (event.key === 'Tab') menu.current?.hidePopover();
    if (next === undefined) return;
    event.preventDefault();
    all.at(next % all.length)?.focus();
  };
  return (
    <>
      <IconButton
        name={name}
        className="parley-more"
        tabIndex={tabIndex}
        popoverTarget={id}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        onKeyDown={(event) => {
          // The browser knows at once, and tells it later.
          if (event.key !== 'ArrowDown' || menu.current?.matches(':popover-open')) return;
          event.preventDefault();
          event.currentTarget.click();
        }}
      >
        <MoreIcon />
      </IconButton>
      <div
        ref={menu}
        id={id}
        popover="auto"
        role="menu"
        aria-label={name}
        className="parley-menu"
        onKeyDown={onKeyDown}
        onToggle={({ newState }) => {
          setOpen(newState === 'open');
          if (newState === 'open') entries()[0]?.focus();
        }}
      >
        {items.map(({ name: choice, icon, onChoose, isDangerous }) => (
          <button
            key={choice}
            type="button"
            role="menuitem"
            tabIndex={-1}
            className={isDangerous ? 'parley-dangerous' : undefined}
            onClick={() => {
              // First, so that what is chosen can move the keyboard.
              menu.current?.hidePopover();
              onChoose();
            }}
          >
            {icon}
            {choice}
          </button>
        ))}
      </div>
    </>
  );
}
