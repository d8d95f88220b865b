import { memo } from 'react';
import type { FinishReason } from '../client/turn-events.ts';
import type { Message } from '../conversation/conversation-state.ts';
import { Answer } from './Answer.tsx';
import { useStrings } from './strings.ts';
import { UserMessage } from './UserMessage.tsx';

/** What can be asked of a message. The same functions for all messages and renderings. */
export interface MessageActions {
  /** Sends the message once more. */
  onAgain: (message: string) => void;
  /** Sends another text in place of the user's message of that key. */
  onEdit: (messageKey: string, text: string) => void;
  /** Asks for another answer in place of the one of that key. */
  onRegenerate: (messageKey: string) => void;
}

interface MessageItemProps extends Pick<Message, 'role' | 'content'>, MessageActions {
  messageKey: string;
  finishReason: FinishReason | undefined;
  isUnderWay: boolean;
}

/** One message. It is drawn again only when something of it has changed. */
export const MessageItem = memo(({ messageKey, role, content, finishReason, isUnderWay, ...on }: MessageItemProps) => (
  <li className={`parley-message parley-${role}`} aria-busy={isUnderWay}>
    <Speaker role={role} />
    {role === 'user' ? (
      <UserMessage
        content={content}
        onAgain={() => on.onAgain(content)}
        onEdit={(text) => on.onEdit(messageKey, text)}
      />
    ) : (
      <Answer
        content={content}
        finishReason={finishReason}
        isUnderWay={isUnderWay}
        onRegenerate={() => on.onRegenerate(messageKey)}
      />
    )}
  </li>
));

function Speaker({ role }: Pick<Message, 'role'>) {
  const say = useStrings();
  return <span className="parley-hidden">{say(role === 'user' ? 'you' : 'assistant')} </span>;
}
