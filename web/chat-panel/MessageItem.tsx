import { memo } from 'react';
import type { FinishReason } from '../client/turn-events.ts';
import type { Message } from '../conversation/conversation-state.ts';
import { CopyButton } from '../markdown/CopyButton.tsx';
import { Markdown } from '../markdown/Markdown.tsx';

const endings: Partial<Record<FinishReason, string>> = {
  length: 'The answer ends here, as it reached its longest length.',
  stopped: 'Stopped.',
  deadline: 'The answer ends here, as it took too long.',
};

interface MessageItemProps extends Pick<Message, 'role' | 'content'> {
  finishReason: FinishReason | undefined;
  isUnderWay: boolean;
  /** Sends the message once more. The same function for all messages and renderings. */
  onAgain: (message: string) => void;
}

/** One message. It is drawn again only when something of it has changed. */
export const MessageItem = memo(({ role, content, finishReason, isUnderWay, onAgain }: MessageItemProps) => (
  <li className={`parley-message parley-${role}`} aria-busy={isUnderWay}>
    <span className="parley-hidden">{role === 'user' ? 'You: ' : 'Assistant: '}</span>
    {role === 'user' ? (
      <p className="parley-verbatim" dir="auto">
        {content}
      </p>
    ) : (
      <div className="parley-markdown" dir="auto">
        <Markdown text={content} />
      </div>
    )}
    {isUnderWay && content === '' && <span className="parley-dots" aria-hidden="true" />}
    {finishReason && endings[finishReason] && <p className="parley-ending">{endings[finishReason]}</p>}
    {!isUnderWay && (
      <div className="parley-actions">
        <CopyButton label="Copy" text={() => content} />
        {role === 'user' && (
          <button type="button" className="parley-quiet parley-again" onClick={() => onAgain(content)}>
            Send again
          </button>
        )}
      </div>
    )}
  </li>
));
