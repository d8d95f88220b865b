import { randomUUID } from 'node:crypto';
import { app } from '@azure/functions';
import { StringOutputParser } from '@langchain/core/output_parsers';
import { ChatPromptTemplate, MessagesPlaceholder } from '@langchain/core/prompts';
import { RunnableWithMessageHistory } from '@langchain/core/runnables';
import { ChatOpenAI } from '@langchain/openai';
import { RedisChatMessageHistory } from '@langchain/redis';
import { createClient } from 'redis';
import { SYSTEM, stream, WINDOW } from './chat.ts';

// LangChain.js: a prompt, a model and a history in Redis, put together as its documents do.

const client = createClient({ url: process.env['REDIS_URL'] ?? '' });
await client.connect();

/** The messages that are sent, of all that are kept. */
class WindowedHistory extends RedisChatMessageHistory {
  override async getMessages() {
    return (await super.getMessages()).slice(-WINDOW);
  }
}

const chain = new RunnableWithMessageHistory({
  runnable: ChatPromptTemplate.fromMessages([
    ['system', SYSTEM.content],
    new MessagesPlaceholder('history'),
    ['human', '{message}'],
  ])
    .pipe(
      new ChatOpenAI({
        model: 'scripted',
        apiKey: 'none',
        maxTokens: 500,
        configuration: { baseURL: process.env['OPENAI_BASE_URL'] ?? '' },
      }),
    )
    .pipe(new StringOutputParser()),
  getMessageHistory: (sessionId) =>
    new WindowedHistory({ sessionId: `langchain:${sessionId}`, sessionTTL: 3600, client: client as never }),
  inputMessagesKey: 'message',
  historyMessagesKey: 'history',
});

app.setup({ enableHttpStream: true });
app.http('chat-stream', {
  methods: ['POST'],
  route: 'chat/stream',
  handler: async (request) => {
    const { message, session_id = randomUUID() } = (await request.json()) as { message: string; session_id?: string };
    return stream(session_id, async (send) => {
      const answer = await chain.stream({ message }, { configurable: { sessionId: session_id } });
      for await (const token of answer) if (token !== '') send(token);
    });
  },
});
