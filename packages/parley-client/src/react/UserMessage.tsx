import { useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import type { Message } from '../conversation/conversation-state.ts';
import { IconButton } from './IconButton.tsx';
import { PencilIcon, RepeatIcon } from './icons.tsx';
import { MessageActions } from './MessageActions.tsx';
import { MessageEditor } from './MessageEditor.tsx';
import { Moment } from './Moment.tsx';
import { CopyButton } from './markdown/CopyButton.tsx';
import { useStrings } from './strings.ts';

interface UserMessageProps {
  message: Message;
  /** Sends it once more. */
  onAgain: () => void;
  /** Sends another text in its place. */
  onEdit: (text: string) => void;
}

/** What the user wrote, and what can be done with it. */
export function UserMessage({ message, onAgain, onEdit }: UserMessageProps) {
  const say = useStrings();
  const { content } = message;
  const [isEdited, setEdited] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const cancel = () => {
    // The button has to be there again before it can have the keyboard.
    flushSync(() => setEdited(false));
    opener.current?.focus();
  };
  const send = (text: string) => {
    setEdited(false);
    onEdit(text);
  };
  if (isEdited) return <MessageEditor message={content} onSend={send} onCancel={cancel} />;
  const own = {
    copy: <CopyButton label={say('copy')} text={() => content} />,
    edit: (
      <IconButton
        buttonRef={opener}
        name={say('editMessage')}
        icon={PencilIcon}
        className="parley-again"
        onClick={() => setEdited(true)}
      />
    ),
    sendAgain: <IconButton name={say('sendAgain')} icon={RepeatIcon} className="parley-again" onClick={onAgain} />,
  };
  return (
    <>
      <p className="parley-verbatim" dir="auto">
        {content}
      </p>
      <div className="parley-below">
        <Moment at={message.timestamp} />
        <MessageActions message={message} own={own} />
      </div>
    </>
  );
}
