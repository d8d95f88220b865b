import { useEffect, useState } from 'react';

const SHOWN_MS = 2000;

/** @param text what goes to the clipboard, asked for when the button is used */
export function CopyButton({ label, text }: { label: string; text: () => string }) {
  const [outcome, setOutcome] = useState<'Copied' | 'Not copied'>();
  useEffect(() => {
    if (outcome === undefined) return;
    const timer = setTimeout(() => setOutcome(undefined), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = () =>
    navigator.clipboard.writeText(text()).then(
      () => setOutcome('Copied'),
      () => setOutcome('Not copied'),
    );
  return (
    <button type="button" className="parley-quiet" onClick={copy}>
      {label}
      <span role="status">{outcome && ` – ${outcome}`}</span>
    </button>
  );
}
