import { randomUUID } from 'node:crypto';
import { createOpenAI } from '@ai-sdk/openai';
import { app } from '@azure/functions';
import { type ModelMessage, streamText } from 'ai';
import { Redis } from 'ioredis';
import { SYSTEM, stream, WINDOW } from './chat.ts';

// The AI SDK, with the conversation as one JSON value in Redis, which is how its documents keep messages.

const redis = new Redis(process.env['REDIS_URL'] ?? '');
const openai = createOpenAI({ baseURL: process.env['OPENAI_BASE_URL'] ?? '', apiKey: 'none' });

app.setup({ enableHttpStream: true });
app.http('chat-stream', {
  methods: ['POST'],
  route: 'chat/stream',
  handler: async (request) => {
    const { message, session_id = randomUUID() } = (await request.json()) as { message: string; session_id?: string };
    const key = `ai-sdk:${session_id}`;
    const messages = JSON.parse((await redis.get(key)) ?? '[]') as ModelMessage[];
    messages.push({ role: 'user', content: message });
    return stream(session_id, async (send) => {
      const result = streamText({
        model: openai.chat('scripted'),
        system: SYSTEM.content,
        messages: messages.slice(-WINDOW - 1),
        maxOutputTokens: 500,
      });
      for await (const token of result.textStream) send(token);
      messages.push({ role: 'assistant', content: await result.text });
      await redis.set(key, JSON.stringify(messages), 'EX', 3600);
    });
  },
});
