import { randomUUID } from 'node:crypto';
import { app } from '@azure/functions';
import { createParser } from 'eventsource-parser';
import { Redis } from 'ioredis';
import { type Message, SYSTEM, stream, WINDOW } from './chat.ts';

// The floor: a function that asks the model by `fetch`, passes its tokens on and appends two messages to a list. It
// promises nothing: no lease, no retry, no limits, no errors, no counting.

const redis = new Redis(process.env['REDIS_URL'] ?? '');

app.setup({ enableHttpStream: true });
app.http('chat-stream', {
  methods: ['POST'],
  route: 'chat/stream',
  handler: async (request) => {
    const { message, session_id = randomUUID() } = (await request.json()) as { message: string; session_id?: string };
    const key = `bare:${session_id}`;
    const window = (await redis.lrange(key, -WINDOW, -1)).map((json) => JSON.parse(json) as Message);
    const user: Message = { role: 'user', content: message };
    return stream(session_id, async (send) => {
      let answer = '';
      const response = await fetch(`${process.env['OPENAI_BASE_URL']}/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: 'Bearer none' },
        body: JSON.stringify({ model: 'scripted', stream: true, messages: [SYSTEM, ...window, user] }),
      });
      const parser = createParser({
        onEvent: ({ data }) => {
          const token = data === '[DONE]' ? undefined : JSON.parse(data).choices[0]?.delta?.content;
          if (!token) return;
          answer += token;
          send(token);
        },
      });
      const decoder = new TextDecoder();
      for await (const bytes of response.body ?? []) parser.feed(decoder.decode(bytes, { stream: true }));
      const said: Message = { role: 'assistant', content: answer };
      await redis.pipeline().rpush(key, JSON.stringify(user), JSON.stringify(said)).expire(key, 3600).exec();
    });
  },
});
