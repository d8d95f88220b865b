import type { Allowance } from '../account/allowances.ts';
import { UsageLow } from '../account/UsageLow.tsx';
import { FooterLink } from '../controls/FooterLink.tsx';
import { useBrandTexts } from '../languages/use-brand-texts.ts';
import { KeptUntil } from './KeptUntil.tsx';

interface FootnoteProps {
  allowances?: readonly Allowance[];
  /** ISO 8601: when the conversation that is shown is forgotten, where that is known. */
  expires?: string | undefined;
}

/** What is to be known of the page, under the message field. */
export function Footnote({ allowances = [], expires }: FootnoteProps) {
  const { disclaimer, retention } = useBrandTexts();
  return (
    <div className="parley-facts">
      <UsageLow allowances={allowances} />
      {disclaimer && <span dir="auto">{disclaimer}</span>}
      {expires ? (
        <KeptUntil expires={expires} />
      ) : (
        retention && (
          <span dir="auto" className="parley-retention">
            {retention}
          </span>
        )
      )}
      <FooterLink />
    </div>
  );
}
