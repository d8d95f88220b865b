import { memo } from 'react';
import type { Message } from '../conversation/conversation-state.ts';
import { Answer } from './Answer.tsx';
import { useIdentity } from './identity.ts';
import type { PanelActions } from './panel.ts';
import { useStrings } from './strings.ts';
import { UserMessage } from './UserMessage.tsx';

interface MessageItemProps extends Omit<Message, 'key' | 'isUnderWay'> {
  messageKey: string;
  isUnderWay: boolean;
  isLast: boolean;
  actions: PanelActions;
}

/** One message, under a heading that says whose it is. It is drawn again only when something of it has changed. */
export const MessageItem = memo(({ messageKey: key, isUnderWay, isLast, actions, ...rest }: MessageItemProps) => {
  const say = useStrings();
  const { assistantName: name } = useIdentity();
  const message = { key, ...rest };
  const { role, content } = message;
  return (
    <li
      className={`parley-message parley-${role} ${isLast ? 'parley-last' : ''}`}
      part={`message ${role}`}
      aria-busy={isUnderWay}
    >
      <h2 className="parley-hidden">
        {role === 'user' ? say('you') : name === undefined ? say('assistant') : say('namedAssistant', { name })}
      </h2>
      {role === 'user' ? (
        <UserMessage
          message={message}
          onAgain={() => actions.send(content)}
          onEdit={(text) => actions.edit(key, text)}
        />
      ) : (
        <Answer
          message={message}
          isUnderWay={isUnderWay}
          isLast={isLast}
          onRegenerate={() => actions.regenerate(key)}
          onContinue={() => actions.send(say('continueMessage'))}
        />
      )}
    </li>
  );
});
