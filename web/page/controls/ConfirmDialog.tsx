import { useEffect, useRef } from 'react';
import { useStrings } from '../languages/strings.ts';

interface ConfirmDialogProps {
  question: string;
  /** What happens on consent. */
  action: string;
  onAnswer: (consents: boolean) => void;
}

/** Asks before something that cannot be undone. Escape is a no. */
export function ConfirmDialog({ question, action, onAnswer }: ConfirmDialogProps) {
  const say = useStrings();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} aria-label={action} onClose={() => onAnswer(dialog.current?.returnValue === action)}>
      <form method="dialog">
        <p dir="auto">{question}</p>
        <div className="parley-choice">
          <button type="submit" value="" className="parley-button">
            {say('cancel')}
          </button>
          <button type="submit" value={action} className="parley-button parley-danger">
            {action}
          </button>
        </div>
      </form>
    </dialog>
  );
}
