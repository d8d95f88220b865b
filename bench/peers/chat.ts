import type { HttpResponseInit } from '@azure/functions';

/** What the peers share, so that they differ in their libraries alone. */
export interface Message {
  role: 'system' | 'user' | 'assistant';
  content: string;
}

export const SYSTEM: Message = {
  role: 'system',
  content: 'You are a helpful assistant. Answer briefly and precisely.',
};

/** Messages that are sent to the model: about as many as fit the 3,000 tokens that are Parley's default. */
export const WINDOW = 40;

/** Parley's frames, without its promises. */
export function stream(sessionId: string, answer: (send: (token: string) => void) => Promise<void>): HttpResponseInit {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      const frame = (data: string) => controller.enqueue(encoder.encode(`data: ${data}\n\n`));
      frame(JSON.stringify({ session_id: sessionId }));
      await answer((token) => frame(JSON.stringify({ token })));
      frame('[DONE]');
      controller.close();
    },
  });
  return { headers: { 'Content-Type': 'text/event-stream' }, body };
}
