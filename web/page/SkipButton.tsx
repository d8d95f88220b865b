import { useStrings } from './strings.ts';

/** The first stop of the page. @param fieldId of the message field, where it leads */
export function SkipButton({ fieldId }: { fieldId: string }) {
  const say = useStrings();
  return (
    <button type="button" className="parley-skip" onClick={() => document.getElementById(fieldId)?.focus()}>
      {say('skipToMessage')}
    </button>
  );
}
