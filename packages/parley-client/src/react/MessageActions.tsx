import type { Message } from '../conversation/conversation-state.ts';
import { type OwnActions, useMessageSlots } from './slots.ts';

/** What can be done with a message: the panel's own buttons, or what the app makes of them. */
export function MessageActions({ message, own }: { message: Message; own: OwnActions }) {
  const { messageActions } = useMessageSlots();
  const { copy, edit, sendAgain, regenerate, rate } = own;
  return (
    <div className="parley-actions">
      {messageActions ? (
        messageActions(message, own)
      ) : (
        <>
          {copy}
          {edit}
          {sendAgain}
          {regenerate}
          {rate}
        </>
      )}
    </div>
  );
}
