import { useEffect, useState } from 'react';
import { useStrings } from '../strings.ts';

const SHOWN_MS = 2000;

/** @param text what goes to the clipboard, asked for when the button is used */
export function CopyButton({ label, text }: { label: string; text: () => string }) {
  const say = useStrings();
  const [outcome, setOutcome] = useState<'copied' | 'notCopied'>();
  useEffect(() => {
    if (outcome === undefined) return;
    const timer = setTimeout(() => setOutcome(undefined), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = () =>
    navigator.clipboard.writeText(text()).then(
      () => setOutcome('copied'),
      () => setOutcome('notCopied'),
    );
  return (
    <button type="button" className="parley-quiet" onClick={copy}>
      {label}
      <span role="status">{outcome && ` – ${say(outcome)}`}</span>
    </button>
  );
}
