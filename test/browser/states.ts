import { Client } from '../end-to-end/client.ts';
import type { ChatPage, World } from './world.ts';

/** A state that the chat page can be in: how it gets there. Each begins with no conversation at all. */
export type State = (chat: ChatPage, world: World) => Promise<unknown>;

const answer = `Sessions live in **Redis**, and are forgotten an hour after their last use.

| Setting | Default |
| --- | --- |
| \`REDIS_URL\` | memory |
| \`SESSION_TTL_SECONDS\` | 3600 |

\`\`\`ts
const connection = new RedisConnection(place);
await connection.run((redis) => redis.ping());
\`\`\`

1. Begin with the [settings](https://example.com/settings).
2. Then deploy.`;

export const states: Record<string, State> = {
  empty: (chat) => chat.page.getByText('Ask something to begin.').waitFor(),

  answered: async (chat, { upstream }) => {
    await chat.ask('Where do sessions go?');
    upstream.enqueue({ deltas: [answer], usage: { prompt_tokens: 119, completion_tokens: 84 } });
    await chat.ask('And for how long do they stay?');
    await chat.sessions.first().waitFor();
  },

  answering: async (chat, { upstream }) => {
    upstream.enqueue({ deltas: [answer.slice(0, 120), upstream.gate()] });
    await chat.send('Where do sessions go?');
    await chat.page.getByText('Setting', { exact: false }).first().waitFor();
  },

  thinking: async (chat, { upstream }) => {
    upstream.enqueue({ deltas: [upstream.gate()] });
    await chat.send('Where do sessions go?');
    await chat.button('Stop').waitFor();
  },

  failed: async (chat, { upstream }) => {
    upstream.enqueue({ status: 400, body: { error: { message: 'no' } } });
    await chat.send('Where do sessions go?');
    await chat.alert.waitFor();
  },

  stopped: async (chat, { upstream }) => {
    upstream.enqueue({ deltas: ['Sessions live in Redis', upstream.gate()] });
    await chat.send('Where do sessions go?');
    await chat.page.getByText('Sessions live').waitFor();
    await chat.button('Stop').click();
    await chat.page.getByText('Stopped.').waitFor();
  },

  offline: async (chat) => {
    await chat.ask('Where do sessions go?');
    await chat.page.context().setOffline(true);
    await chat.page.getByText('You are offline.').waitFor();
  },

  reconnecting: async (chat, { upstream, network }) => {
    upstream.enqueue({ deltas: ['Sessions live ', upstream.gate()] });
    await chat.send('Where do sessions go?');
    await chat.page.getByText('Sessions live').waitFor();
    await network.refuse();
    await chat.page.getByText('Reconnecting').waitFor();
  },

  expired: async (chat, { host }) => {
    await chat.ask('Where do sessions go?');
    await new Client(host.url).delete(`/chat/history/${chat.sessionId}`);
    await chat.send('And for how long do they stay?');
    await chat.page.getByText('A new conversation began').waitFor();
    await chat.isIdle();
  },

  deleting: async (chat) => {
    await chat.ask('Where do sessions go?');
    await chat.button('Delete Where do sessions go?').click();
    await chat.page.getByRole('dialog').waitFor();
  },

  'right-to-left': async (chat, { upstream }) => {
    upstream.enqueue({ deltas: ['השיחות נשמרות ב-Redis.\n\n- נקודה ראשונה\n- נקודה שנייה'] });
    await chat.ask('היכן נשמרות השיחות?');
  },

  'on-a-phone': async (chat, { upstream }) => {
    await chat.page.setViewportSize({ width: 320, height: 640 });
    upstream.enqueue({ deltas: [answer] });
    await chat.ask('Where do sessions go, and what is averyveryverylongwordthatdoesnotfitintoonelineofaphone?');
  },

  'conversations-on-a-phone': async (chat) => {
    await chat.page.setViewportSize({ width: 320, height: 640 });
    await chat.ask('Where do sessions go?');
    await chat.button('Conversations').click();
    await chat.sessions.first().waitFor();
  },
};
