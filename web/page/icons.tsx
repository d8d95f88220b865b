import type { ReactNode } from 'react';

/**
 * Drawn on 24 × 24, in the colour of the text. What it stands for is said by the button around it.
 *
 * @param mirrors where the page runs from right to left, as what it shows does
 */
function Icon({ mirrors = false, children }: { mirrors?: boolean; children: ReactNode }) {
  return (
    <svg
      className={mirrors ? 'parley-icon parley-mirrored' : 'parley-icon'}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.75"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {children}
    </svg>
  );
}

export function SidebarIcon() {
  return (
    <Icon mirrors>
      <rect x="3.5" y="4.5" width="17" height="15" rx="3" />
      <path d="M9.5 4.5v15" />
    </Icon>
  );
}

export function NewIcon() {
  return (
    <Icon>
      <path d="M11.5 4.5H8a3.5 3.5 0 0 0-3.5 3.5v8A3.5 3.5 0 0 0 8 19.5h8a3.5 3.5 0 0 0 3.5-3.5v-3.5" />
      <path d="M10 14v-2.5l7.6-7.6a1.6 1.6 0 0 1 2.3 0l.2.2a1.6 1.6 0 0 1 0 2.3L12.5 14z" />
    </Icon>
  );
}
