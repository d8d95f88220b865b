import { useId, useState } from 'react';
import { branding } from '../brand/branding.ts';
import { FooterLink } from '../controls/FooterLink.tsx';
import { PersonIcon, SettingsIcon, SignOutIcon } from '../controls/icons.tsx';
import { LanguagePicker } from '../languages/LanguagePicker.tsx';
import { useStrings } from '../languages/strings.ts';
import { useBrandTexts } from '../languages/use-brand-texts.ts';
import { UsageLeft } from './UsageLeft.tsx';
import type { Account } from './use-account.ts';

interface UserMenuProps {
  account: Account;
  /** The user has signed in on this page. */
  hasCredentials: boolean;
  /** @param endpoint of the platform, where that signed the user in */
  onSignOut: (endpoint: string | undefined) => void;
}

/** Who is signed in, at the foot of the sidebar, and what is theirs to see and to choose. */
export function UserMenu({ account: { me, allowances }, hasCredentials, onSignOut }: UserMenuProps) {
  const say = useStrings();
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  const { retention } = useBrandTexts();
  const name = me?.user.name;
  const canSignOut = hasCredentials || me?.sign_out !== undefined;
  const isEmpty = allowances.length === 0 && branding.languages.length === 1 && !retention && !branding.footer_url;
  if (isEmpty && !name && !canSignOut) return null;
  const title = name ?? say(canSignOut ? 'signedIn' : 'settings');
  return (
    <>
      <button type="button" className="parley-entry parley-account" popoverTarget={id} aria-expanded={isOpen}>
        {name ? <Initials name={name} /> : canSignOut ? <PersonIcon /> : <SettingsIcon />}
        <span dir="auto">{title}</span>
      </button>
      <div
        id={id}
        popover="auto"
        className="parley-menu parley-account-menu"
        onToggle={({ newState }) => setOpen(newState === 'open')}
      >
        {allowances.length > 0 && <UsageLeft allowances={allowances} />}
        <LanguagePicker />
        {retention && (
          <p>
            <bdi>{retention}</bdi>
          </p>
        )}
        <FooterLink />
        {canSignOut && (
          <button type="button" onClick={() => onSignOut(me?.sign_out)}>
            <SignOutIcon />
            {say('signOut')}
          </button>
        )}
      </div>
    </>
  );
}

function Initials({ name }: { name: string }) {
  // Of an e-mail address, what stands before its host.
  const words = name
    .replace(/@.*/, '')
    .split(/[\s._-]+/)
    .filter(Boolean);
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words;
  return (
    <span className="parley-picture" aria-hidden="true">
      {ends.map((word) => [...(word ?? '')][0]?.toLocaleUpperCase()).join('')}
    </span>
  );
}
