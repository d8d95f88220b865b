'use client';

import { useChat } from '@ai-sdk/react';
import { type DynamicToolUIPart, lastAssistantMessageIsCompleteWithApprovalResponses, type UIMessage } from 'ai';
import { ParleyChatTransport } from 'parley-client/ai-sdk';
import { type FormEvent, useEffect, useState } from 'react';

const sessions = {
  get: (chatId: string) => sessionStorage.getItem(chatId) ?? undefined,
  set: (chatId: string, sessionId: string) => sessionStorage.setItem(chatId, sessionId),
};
const transport = new ParleyChatTransport({ assistant: 'data-analyst', sessions });

export default function Page() {
  const [stored, setStored] = useState<UIMessage[]>();
  useEffect(() => {
    transport.storedMessages('my chat').then(setStored);
  }, []);
  return stored === undefined ? <p>Loading …</p> : <Chat stored={stored} />;
}

function Chat({ stored }: { stored: UIMessage[] }) {
  const chat = useChat({
    id: 'my chat',
    transport,
    messages: stored,
    resume: true,
    sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithApprovalResponses,
  });
  const [text, setText] = useState('');
  const send = (event: FormEvent) => {
    event.preventDefault();
    setText('');
    chat.sendMessage({ text });
  };
  return (
    <main>
      <ol>
        {chat.messages.map(({ id, parts }) => (
          <li key={id} style={{ whiteSpace: 'pre-wrap' }}>
            {parts.map((part) => {
              if (part.type === 'text') return part.text;
              if (part.type !== 'dynamic-tool') return null;
              const isLast = id === chat.messages.at(-1)?.id;
              return (
                <Call key={part.toolCallId} call={part} onAnswer={isLast ? chat.addToolApprovalResponse : undefined} />
              );
            })}
          </li>
        ))}
      </ol>
      {chat.error && <p role="alert">{chat.error.message}</p>}
      <form onSubmit={send}>
        <input aria-label="Message" value={text} onChange={(event) => setText(event.target.value)} />
        <button type="submit" disabled={chat.status !== 'ready' || text === ''}>
          Send
        </button>
      </form>
    </main>
  );
}

interface CallProps {
  call: DynamicToolUIPart;
  onAnswer: ((answer: { id: string; approved: boolean }) => void) | undefined;
}

function Call({ call, onAnswer }: CallProps) {
  const answer = (approved: boolean) => onAnswer?.({ id: call.toolCallId, approved });
  return (
    <p>
      {call.toolName} {JSON.stringify(call.input)}: {call.state}
      {onAnswer && call.state === 'approval-requested' && (
        <>
          <button type="button" onClick={() => answer(true)}>
            Allow
          </button>
          <button type="button" onClick={() => answer(false)}>
            Reject
          </button>
        </>
      )}
    </p>
  );
}
