import { useChat } from '@ai-sdk/react';
import { type DynamicToolUIPart, lastAssistantMessageIsCompleteWithApprovalResponses, type UIMessage } from 'ai';
import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { ParleyChatTransport } from '../../../packages/parley-client/src/ai-sdk/index.ts';

const id = 'a chat';
const sessions = {
  get: (chatId: string) => sessionStorage.getItem(chatId) ?? undefined,
  set: (chatId: string, sessionId: string) => sessionStorage.setItem(chatId, sessionId),
};
const assistant = new URLSearchParams(location.search).get('assistant');

/** Lookups of a turn that could be joined, beginning with the one that comes with the page: `useChat` is ready after each. */
let lookups = 1;
let hasBegun = false;
const note = (change: number) => {
  lookups += change;
  document.documentElement.toggleAttribute('data-looking', lookups > 0);
};
note(0);

class Transport extends ParleyChatTransport {
  override async reconnectToStream(options: Parameters<ParleyChatTransport['reconnectToStream']>[0]) {
    if (hasBegun) note(1);
    hasBegun = true;
    return await super.reconnectToStream(options).finally(() => note(-1));
  }
}

const transport = new Transport({ sessions, ...(assistant === null ? {} : { assistant }) });

function Chat({ stored }: { stored: UIMessage[] }) {
  const [input, setInput] = useState('');
  const chat = useChat({
    ...{ id, transport, messages: stored, resume: true },
    sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithApprovalResponses,
    onToolCall: () => {
      throw new Error('The service calls its tools.');
    },
    async onFinish({ messages }) {
      const isWithoutQuestion = messages.at(-1)?.role === 'assistant' && messages.at(-2)?.role !== 'user';
      if (isWithoutQuestion) chat.setMessages(await transport.storedMessages(id));
    },
  });
  /** The first question of the last message. */
  const answer = async (approved: boolean) => {
    const asked = chat.messages.at(-1)?.parts.find((part) => isCall(part) && part.state === 'approval-requested');
    if (asked && isCall(asked)) await chat.addToolApprovalResponse({ id: asked.approval?.id ?? '', approved });
  };
  const acts = {
    Stop: () => chat.stop(),
    Again: () => chat.regenerate(),
    Join: () => chat.resumeStream(),
    async Interrupt() {
      await chat.stop();
      await chat.sendMessage({ text: 'Never mind' });
    },
    async Edit() {
      const messageId = chat.messages.findLast(({ role }) => role === 'user')?.id ?? '';
      await chat.sendMessage({ text: 'Edited', messageId });
    },
    async 'Edit the first'() {
      const messageId = chat.messages.find(({ role }) => role === 'user')?.id ?? '';
      await chat.sendMessage({ text: 'Edited', messageId });
    },
    async 'Again the first'() {
      const messageId = chat.messages.find(({ role }) => role === 'assistant')?.id ?? '';
      await chat.regenerate({ messageId });
    },
    Allow: () => answer(true),
    Reject: () => answer(false),
    'Decide again': () => chat.sendMessage(),
    Attach: () => chat.sendMessage({ files: [{ type: 'file', mediaType: 'text/plain', url: 'data:,file' }] }),
  };
  return (
    <main>
      <output>{chat.status}</output>
      <ol>
        {chat.messages.map((message) => (
          <li
            key={message.id}
            data-id={message.id}
            data-metadata={JSON.stringify(message.metadata)}
            data-parts={JSON.stringify(message.parts)}
          >
            {textOf(message)}
          </li>
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
      {Object.entries(acts).map(([name, act]) => (
        <button type="button" key={name} onClick={act}>
          {name}
        </button>
      ))}
    </main>
  );
}

function isCall(part: UIMessage['parts'][number]): part is DynamicToolUIPart {
  return part.type === 'dynamic-tool';
}

function textOf({ parts }: UIMessage): string {
  return parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

transport.storedMessages(id).then((stored) => {
  // Its double effects join a turn twice, and stop in between.
  createRoot(document.getElementById('page') as HTMLElement).render(
    <StrictMode>
      <Chat stored={stored} />
    </StrictMode>,
  );
});
