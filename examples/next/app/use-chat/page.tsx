'use client';

import { useChat } from '@ai-sdk/react';
import type { UIMessage } from 'ai';
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
  const chat = useChat({ id: 'my chat', transport, messages: stored, resume: true });
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
            {parts.map((part) => (part.type === 'text' ? part.text : ''))}
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
