import { memo } from 'react';
import type { Message } from '../conversation/conversation-state.ts';
import { Answer } from './Answer.tsx';
import type { PanelActions } from './panel.ts';
import { useStrings } from './strings.ts';
import { UserMessage } from './UserMessage.tsx';

interface MessageItemProps extends Omit<Message, 'key' | 'isUnderWay'> {
  messageKey: string;
  isUnderWay: boolean;
  actions: PanelActions;
}

/** One message, under a heading that says whose it is. It is drawn again only when something of it has changed. */
export const MessageItem = memo(({ messageKey: key, isUnderWay, actions, ...rest }: MessageItemProps) => {
  const say = useStrings();
  const message = { key, ...rest };
  const { role, content } = message;
  return (
    <li className={`parley-message parley-${role}`} part={`message ${role}`} aria-busy={isUnderWay}>
      <h2 className="parley-hidden">{say(role === 'user' ? 'you' : 'assistant')}</h2>
      {role === 'user' ? (
        <UserMessage
          message={message}
          onAgain={() => actions.send(content)}
          onEdit={(text) => actions.edit(key, text)}
        />
      ) : (
        <Answer message={message} isUnderWay={isUnderWay} onRegenerate={() => actions.regenerate(key)} />
      )}
    </li>
  );
});
