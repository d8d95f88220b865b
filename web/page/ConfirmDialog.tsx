import { useEffect, useRef } from 'react';

interface ConfirmDialogProps {
  question: string;
  /** What happens on consent. */
  action: string;
  onAnswer: (consents: boolean) => void;
}

/** Asks before something that cannot be undone. Escape is a no. */
export function ConfirmDialog({ question, action, onAnswer }: ConfirmDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} aria-label={action} onClose={() => onAnswer(dialog.current?.returnValue === action)}>
      <form method="dialog">
        <p dir="auto">{question}</p>
        <button type="submit" value="">
          Cancel
        </button>
        <button type="submit" value={action} className="parley-danger">
          {action}
        </button>
      </form>
    </dialog>
  );
}
