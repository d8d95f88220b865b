import { useStrings } from '../languages/strings.ts';

interface SkipButtonProps {
  /** Of the message field, where it leads. */
  fieldId: string;
  /** The message field is behind something. */
  isInert: boolean;
}

/** The first stop of the page. */
export function SkipButton({ fieldId, isInert }: SkipButtonProps) {
  const say = useStrings();
  return (
    <button
      type="button"
      className="parley-skip"
      inert={isInert}
      onClick={() => document.getElementById(fieldId)?.focus()}
    >
      {say('skipToMessage')}
    </button>
  );
}
