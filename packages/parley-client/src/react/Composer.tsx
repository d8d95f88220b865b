import { type FormEvent, type KeyboardEvent, useEffect, useId, useState } from 'react';
import { IconButton } from './IconButton.tsx';
import { ArrowUpIcon, StopIcon } from './icons.tsx';
import { MessageField } from './MessageField.tsx';
import { usePanel } from './panel.ts';
import { QueuedMessage } from './QueuedMessage.tsx';
import { useStrings } from './strings.ts';

/** Where a panel's next message is written, and an answer is stopped. */
export function Composer() {
  const { state, actions, isUnderWay, canSend, field, fieldId } = usePanel();
  const say = useStrings();
  const [text, setText] = useState('');
  const { returned, phase } = state;
  const { keepDraft, takeReturned } = actions;
  const hint = useId();
  const isDecision = canSend && state.open.length > 0;
  const isWritten = text.trim() !== '';
  const write = (next: string) => {
    setText(next);
    keepDraft(next);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, what was written before a server's page came to life
  useEffect(() => {
    const written = field.current?.value;
    if (written) write(written);
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is taken over once, before what is written then
  useEffect(() => {
    if (returned === undefined) return;
    write([returned, field.current?.value].filter(Boolean).join('\n'));
    takeReturned();
  }, [returned, takeReturned]);

  const send = (event: FormEvent | KeyboardEvent) => {
    event.preventDefault();
    if (!isWritten || !(canSend || isUnderWay)) return;
    write('');
    actions.send(text);
  };
  return (
    <form className="parley-composer" part="composer" onSubmit={send}>
      <QueuedMessage />
      {isDecision && (
        <p id={hint} className="parley-declines">
          {say('messageDeclines')}
        </p>
      )}
      <div className="parley-box">
        <MessageField
          inputRef={field}
          id={fieldId}
          aria-label={say('message')}
          aria-describedby={isDecision ? hint : undefined}
          placeholder={say('writeMessage')}
          text={text}
          onText={write}
          onSend={send}
        />
        {isUnderWay ? (
          <>
            {isWritten && (
              <IconButton type="submit" className="parley-round" name={say('sendLater')} icon={ArrowUpIcon} />
            )}
            <IconButton
              className="parley-round parley-main"
              name={say('stop')}
              icon={StopIcon}
              onClick={actions.stop}
              disabled={phase === 'stopping'}
            />
          </>
        ) : (
          <IconButton
            type="submit"
            className="parley-round parley-main"
            name={say('send')}
            icon={ArrowUpIcon}
            disabled={!canSend || !isWritten}
          />
        )}
      </div>
    </form>
  );
}
