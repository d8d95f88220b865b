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

export function TemporaryIcon() {
  return (
    <Icon>
      <circle cx="12" cy="12" r="8.25" strokeDasharray="3.2 3.28" />
      <path d="M12 7.5V12l3 2" />
    </Icon>
  );
}

export function SearchIcon() {
  return (
    <Icon>
      <circle cx="10.75" cy="10.75" r="6.25" />
      <path d="m15.5 15.5 4.5 4.5" />
    </Icon>
  );
}

export function CloseIcon() {
  return (
    <Icon>
      <path d="m6.5 6.5 11 11m0-11-11 11" />
    </Icon>
  );
}

export function MoreIcon() {
  return (
    <Icon>
      <path d="M5.5 12h.01M12 12h.01M18.5 12h.01" strokeWidth="2.5" />
    </Icon>
  );
}

export function RenameIcon() {
  return (
    <Icon>
      <path d="M4.5 19.5v-3.6L15.7 4.7a1.7 1.7 0 0 1 2.4 0l1.2 1.2a1.7 1.7 0 0 1 0 2.4L8.1 19.5z" />
      <path d="m13.5 7 3.5 3.5" />
    </Icon>
  );
}

export function PinIcon() {
  return (
    <Icon>
      <path d="M8.5 4h7M9.5 4v6.2L6.5 13.5v1.5h11v-1.5l-3-3.3V4M12 15v5.5" />
    </Icon>
  );
}

export function ForkIcon() {
  return (
    <Icon>
      <circle cx="7" cy="5.5" r="2" />
      <circle cx="17" cy="5.5" r="2" />
      <circle cx="7" cy="18.5" r="2" />
      <path d="M7 7.5v9M17 7.5v1a4 4 0 0 1-4 4H7" />
    </Icon>
  );
}

export function ExportIcon() {
  return (
    <Icon>
      <path d="M12 4v11m-4.5-4.5L12 15l4.5-4.5M4.5 19.5h15" />
    </Icon>
  );
}

export function DeleteIcon() {
  return (
    <Icon>
      <path d="M4.5 6.5h15M9.5 6.5V4.5h5v2M6.5 6.5l.8 11.6a1.5 1.5 0 0 0 1.5 1.4h6.4a1.5 1.5 0 0 0 1.5-1.4l.8-11.6M10.2 10.5v5M13.8 10.5v5" />
    </Icon>
  );
}

export function CheckIcon() {
  return (
    <Icon>
      <path d="m5 12.5 4.5 4.5L19 7.5" />
    </Icon>
  );
}

export function PersonIcon() {
  return (
    <Icon>
      <circle cx="12" cy="8.5" r="4" />
      <path d="M4.5 20a7.5 7.5 0 0 1 15 0" />
    </Icon>
  );
}

export function SettingsIcon() {
  return (
    <Icon>
      <path d="M4 7.5h8.5m5 0H20M4 16.5h2.5m5 0H20" />
      <circle cx="15" cy="7.5" r="2.5" />
      <circle cx="9" cy="16.5" r="2.5" />
    </Icon>
  );
}

export function SignOutIcon() {
  return (
    <Icon mirrors>
      <path d="M10 4.5H7A2.5 2.5 0 0 0 4.5 7v10A2.5 2.5 0 0 0 7 19.5h3M15 8l4 4-4 4m4-4H10" />
    </Icon>
  );
}
