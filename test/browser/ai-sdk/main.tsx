import { useChat } from '@ai-sdk/react';
import type { UIMessage } from 'ai';
import { ParleyChatTransport } from 'parley/ai-sdk';
import { useState } from 'react';
import { createRoot } from 'react-dom/client';

const sessions = {
  get: (chatId: string) => sessionStorage.getItem(chatId) ?? undefined,
  set: (chatId: string, sessionId: string) => sessionStorage.setItem(chatId, sessionId),
} as Pick<Map<string, string>, 'get' | 'set'>;
const transport = new ParleyChatTransport({ sessions });

function Chat() {
  const [input, setInput] = useState('');
  const chat = useChat({ id: 'a chat', transport, resume: true });
  return (
    <main>
      <output>{chat.status}</output>
      <ol>
        {chat.messages.map((message) => (
          <li key={message.id}>{textOf(message)}</li>
        ))}
      </ol>
      {chat.error && <p role="alert">{chat.error.message}</p>}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          setInput('');
          chat.sendMessage({ text: input });
        }}
      >
        <input aria-label="Message" value={input} onChange={(event) => setInput(event.target.value)} />
      </form>
      <button type="button" onClick={() => chat.stop()}>
        Stop
      </button>
      <button type="button" onClick={() => chat.regenerate()}>
        Again
      </button>
    </main>
  );
}

function textOf({ parts }: UIMessage): string {
  return parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

createRoot(document.getElementById('page') as HTMLElement).render(<Chat />);
