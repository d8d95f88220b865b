import { memo } from 'react';
import type { Message, ShownStep } from '../conversation/conversation-state.ts';
import { Answer } from './Answer.tsx';
import { useIdentity } from './identity.ts';
import type { PanelActions } from './panel.ts';
import { Decision } from './steps/Decision.tsx';
import { useStrings } from './strings.ts';
import { UserMessage } from './UserMessage.tsx';

interface MessageItemProps extends Omit<Message, 'key' | 'isUnderWay'> {
  messageKey: string;
  isUnderWay: boolean;
  isLast: boolean;
  /** Of a user that wrote nothing: what was decided, in words. */
  decision: string | undefined;
  /** Of an answer: whether another one can be asked for, and which of its calls wait. */
  isRepeatable: boolean;
  open: readonly ShownStep[] | undefined;
  actions: PanelActions;
}

/** One message, under a heading that says whose it is. It is drawn again only when something of it has changed. */
export const MessageItem = memo((props: MessageItemProps) => {
  const { messageKey: key, isUnderWay, isLast, decision, isRepeatable, open, actions, ...rest } = props;
  const say = useStrings();
  const { assistantName: name } = useIdentity();
  const message = { key, ...rest };
  const { role, content } = message;
  if (decision !== undefined) return <Decision text={decision} />;
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
          open={open}
          onDecide={actions.approve}
          onRegenerate={isRepeatable ? () => actions.regenerate(key) : undefined}
          onContinue={() => actions.send(say('continueMessage'))}
        />
      )}
    </li>
  );
});
