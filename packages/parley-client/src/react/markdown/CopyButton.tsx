import { IconButton } from '../IconButton.tsx';
import { CheckIcon, CopyIcon, CrossIcon } from '../icons.tsx';
import { useStrings } from '../strings.ts';
import { useForAWhile } from '../use-for-a-while.ts';

const SHOWN_MS = 2000;
const icons = { copied: CheckIcon, notCopied: CrossIcon };

interface CopyButtonProps {
  label: string;
  /** What goes to the clipboard, asked for when the button is used. */
  text: () => string;
}

/** Shows, and says, what came of it for a while. */
export function CopyButton({ label, text }: CopyButtonProps) {
  const say = useStrings();
  const [outcome, setOutcome] = useForAWhile<keyof typeof icons>(SHOWN_MS);
  const copy = () =>
    navigator.clipboard.writeText(text()).then(
      () => setOutcome('copied'),
      () => setOutcome('notCopied'),
    );
  return (
    <>
      <IconButton name={label} icon={outcome ? icons[outcome] : CopyIcon} onClick={copy} />
      <span role="status" className="parley-hidden">
        {outcome && say(outcome)}
      </span>
    </>
  );
}
