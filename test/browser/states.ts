import { Client } from '../end-to-end/client.ts';
import { calling, returned, type Shop } from './shop.ts';
import { summarizing, talkUntilSummarized } from './summarized.ts';
import { breaksOff, type ChatPage } from './world.ts';

/** A state that the chat page can be in: how it gets there. Each begins with no conversation at all. */
export type State = (chat: ChatPage, world: Shop) => Promise<unknown>;

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

/** As the service would tell it, had it such limits. */
const littleUsageLeft = async ({ page }: ChatPage) => {
  const json = {
    requests: { limit: 10, window_seconds: 60, remaining: 9, next_seconds: 0, reset_seconds: 6 },
    tokens: { day: { limit: 100_000, used: 80_000, reserved: 0, remaining: 20_000, reset_seconds: 36_000 } },
  };
  await page.route('**/chat/usage', (route) => route.fulfill({ json }));
  await page.reload();
  await page.getByText('of today’s usage is left').waitFor();
};

const order = { id: '4711', status: 'shipped', items: ['LAMP-7'], total: 99 };

/** Who has the tools of the shop in these states. */
export const shopAssistant = 'customer-support';

/** Talks to whom has the tools, and says what these return. */
async function enterShop({ page }: ChatPage, { tools }: Shop): Promise<void> {
  await page.getByRole('radio', { name: 'Customer support' }).check();
  tools.answer = ({ tool }) => {
    if (tool === 'track') return returned('The carrier does not answer.', { status: 'error' });
    const sources = [{ url: 'https://shop.example/orders/4711', title: 'Order 4711' }];
    return returned(JSON.stringify(order), { sources });
  };
}

/** What stands there as data has its colours, which are loaded for it. */
const isColoured = ({ page }: ChatPage) => page.locator('.parley-data .parley-code-string').first().waitFor();

/** An assistant that has looked something up, and failed at something. */
async function lookUp(chat: ChatPage, world: Shop): Promise<void> {
  await enterShop(chat, world);
  world.upstream.enqueue(
    calling('Let me look that up.', ['search', { customer: 'Alice Adams', limit: 1 }], ['track', { order: '4711' }]),
    { deltas: ['Your order **4711** was shipped yesterday[1]. The carrier does not tell where it is at the moment.'] },
  );
  await chat.ask('Where is my order?');
}

const asks = async (chat: ChatPage, world: Shop, ...calls: Parameters<typeof calling>[1][]) => {
  await enterShop(chat, world);
  world.upstream.enqueue(calling('I can do that for you.', ...calls));
};

export const states: Record<string, State> = {
  empty: (chat) => chat.page.getByRole('radio').first().waitFor(),

  account: async (chat) => {
    await littleUsageLeft(chat);
    await chat.button('Settings').click();
    await chat.page.getByRole('meter').first().waitFor();
  },

  'little-usage-left': async (chat) => {
    await littleUsageLeft(chat);
    await chat.ask('Where do sessions go?');
    await chat.page.getByText('of today’s usage is left').waitFor();
  },

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

  'rate-limited': async (chat) => {
    const problem = {
      type: 'urn:parley:problem:rate-limited',
      title: 'Too Many Requests',
      status: 429,
      code: 'rate-limited',
      detail: 'More turns were begun than a caller may begin in a minute.',
      retryable: true,
    };
    await chat.page.route('**/chat/stream', (route) =>
      route.fulfill({
        status: 429,
        headers: { 'content-type': 'application/problem+json', 'retry-after': '30' },
        body: JSON.stringify(problem),
      }),
    );
    await chat.send('Where do sessions go?');
    await chat.page.getByRole('timer').waitFor();
  },

  'tool-at-work': async (chat, world) => {
    await enterShop(chat, world);
    const gate = world.upstream.gate();
    world.tools.answer = async ({ tool }) => {
      if (tool !== 'search') await gate.passed;
      return returned('Found.');
    };
    world.upstream.enqueue(
      calling('Let me look that up.', ['search', { order: '4711' }], ['track', { order: '4711' }]),
    );
    await chat.send('Where is my order?');
    await chat.step('Used orders/search').waitFor();
    await chat.button('Using orders/track …').waitFor();
  },

  'tools-used': lookUp,

  'step-opened': async (chat, world) => {
    await lookUp(chat, world);
    await chat.steps.first().click();
    await isColoured(chat);
    await chat.messages.last().evaluate((answer) => answer.scrollIntoView());
  },

  'many-steps': async (chat, world) => {
    await enterShop(chat, world);
    const calls = ['4711', '4712', '4713'].map((id): [string, object] => ['search', { order: id }]);
    world.upstream.enqueue(calling('', ...calls, ['track', { order: '4711' }]), {
      deltas: ['All three were shipped.'],
    });
    await chat.ask('And my other orders?');
    await chat.page.getByRole('button', { name: '4 steps' }).waitFor();
  },

  'approval-asked': async (chat, world) => {
    await asks(chat, world, [
      'refund',
      { order: '4711', amount: 99, currency: 'EUR', reason: 'Lamp broken on arrival' },
    ]);
    await chat.send('Please give me my money back.');
    await isColoured(chat);
  },

  'approvals-asked': async (chat, world) => {
    await asks(chat, world, ['refund', { order: '4711', amount: 99, currency: 'EUR' }], ['cancel', { order: '4712' }]);
    await chat.send('Give me my money back, and cancel the other order.');
    await chat.approval.getByRole('button', { name: 'Allow', exact: true }).first().click();
    await chat.approval.getByRole('button', { pressed: true }).waitFor();
    await isColoured(chat);
  },

  approved: async (chat, world) => {
    await asks(chat, world, ['refund', { order: '4711', amount: 99, currency: 'EUR' }]);
    await chat.send('Please give me my money back.');
    world.upstream.enqueue({ deltas: ['Done: 99 EUR are on their way.'] });
    await chat.button('Allow').click();
    await chat.messages.nth(3).getByText('on their way').waitFor();
    await chat.isIdle();
  },

  queued: async (chat, { upstream }) => {
    await chat.ask('Where do sessions go?');
    upstream.enqueue({ deltas: ['For an hour after ', upstream.gate()] });
    const other = await chat.openTab(`#${chat.sessionId}`);
    await other.isIdle();
    await other.send('And for how long do they stay?');
    await other.page.getByText('For an hour').waitFor();
    await chat.send('Who can read them?');
    await chat.queued.waitFor();
    await chat.page.getByText('For an hour').waitFor();
  },

  waiting: async (chat, { upstream }) => {
    upstream.enqueue({ deltas: ['For an hour after ', upstream.gate()] });
    await chat.send('For how long do they stay?');
    await chat.page.getByText('For an hour').waitFor();
    await chat.sendLater('Who can read them?');
    await chat.queued.waitFor();
    await chat.input.fill('And who can write?');
  },

  'cut-short': async (chat, { upstream }) => {
    upstream.enqueue({ deltas: ['Sessions live in Redis, and are'], finishReason: 'length' });
    await chat.ask('Where do sessions go?');
    await chat.button('Continue').waitFor();
    await chat.page.locator('.parley-gauge button').click();
  },

  'asked-why': async (chat) => {
    await chat.ask('Where do sessions go?');
    await chat.button('Bad answer').click();
    await chat.page.getByRole('radio', { name: 'Incomplete' }).check();
  },

  unanswered: async (chat, { upstream }) => {
    upstream.enqueue(breaksOff);
    await chat.send('Where do sessions go?');
    await chat.alert.waitFor();
    await chat.button('New conversation').click();
    await chat.page.getByText('not answered').waitFor();
  },

  unread: async (chat) => {
    await chat.page.route(/chat\/(sessions|assistants)/, (route) => route.fulfill({ status: 503 }));
    await chat.page.reload();
    await chat.page.getByText('Your conversations could not be read.').waitFor();
    await chat.page.getByText('The assistants could not be read.').waitFor();
  },

  stopped: async (chat, { upstream }) => {
    upstream.enqueue({ deltas: ['Sessions live in Redis', upstream.gate()] });
    await chat.send('Where do sessions go?');
    await chat.page.getByText('Sessions live').waitFor();
    await chat.button('Stop').click();
    await chat.page.getByText('Stopped.', { exact: true }).waitFor();
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

  gone: async (chat, { url }) => {
    await chat.page.goto('about:blank');
    await chat.page.goto(`${url}#0b1ec71d-0000-4000-8000-000000000001`);
    await chat.page.getByText('This conversation has expired or was deleted.').waitFor();
  },

  editing: async (chat) => {
    await chat.ask('Where do sessions go?');
    await chat.button('Edit message').click();
    await chat.editor.waitFor();
  },

  forked: async (chat, { upstream }) => {
    await chat.ask('Where do sessions go?');
    upstream.enqueue({ deltas: ['Into Redis.'] });
    await chat.button('Regenerate').click();
    await chat.page.getByRole('img', { name: 'from Where do sessions go?' }).waitFor();
  },

  summarized: async (chat, world) => {
    const respond = world.upstream.respond;
    world.upstream.respond = summarizing(
      'The user asked of many sessions where they go, for how long they stay there, and who reads them.\n\nNothing was decided. Open: who reads session 3?',
    );
    const { session_id } = await talkUntilSummarized(world);
    world.upstream.respond = respond;
    await chat.page.goto('about:blank');
    await chat.page.goto(`${world.url}#${session_id}`);
    await chat.button('Show summary').click();
    await chat.summaryNote.locator('.parley-verbatim').waitFor();
  },

  deleting: async (chat) => {
    await chat.ask('Where do sessions go?');
    await chat.choose('Where do sessions go?', 'Delete');
    await chat.page.getByRole('dialog').waitFor();
  },

  menu: async (chat) => {
    await chat.ask('Where do sessions go?');
    await chat.button('Actions for Where do sessions go?').click();
    await chat.page.getByRole('menu').waitFor();
  },

  pinned: async (chat) => {
    await chat.ask('Where do sessions go?');
    await chat.choose('Where do sessions go?', 'Pin');
    await chat.page.getByRole('list', { name: 'Pinned' }).waitFor();
  },

  renaming: async (chat) => {
    await chat.ask('Where do sessions go?');
    await chat.choose('Where do sessions go?', 'Rename');
    await chat.page.getByRole('textbox', { name: 'New title' }).waitFor();
  },

  searched: async (chat) => {
    await chat.ask('Where do sessions go?');
    await chat.ask('And for how long do they stay?');
    await chat.search.fill('how long');
    await chat.page.getByText('1 conversation found').waitFor();
  },

  'nothing-found': async (chat) => {
    await chat.search.fill('how long');
    await chat.page.getByText('No conversation has these words.').waitFor();
  },

  temporary: async (chat) => {
    await chat.button('Temporary chat').click();
    await chat.page.getByRole('heading', { name: 'Temporary chat' }).waitFor();
    await chat.ask('Where do sessions go?');
  },

  'put-away': async (chat) => {
    await chat.ask('Where do sessions go?');
    await chat.button('Hide conversations').click();
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

  'empty-on-a-phone': async (chat) => {
    await chat.page.setViewportSize({ width: 390, height: 844 });
    await chat.page.getByRole('heading', { name: 'How can I help?' }).waitFor();
  },

  'on-a-tablet': async (chat, { upstream }) => {
    await chat.page.setViewportSize({ width: 820, height: 1180 });
    upstream.enqueue({ deltas: [answer] });
    await chat.ask('Where do sessions go?');
  },

  'on-a-wide-screen': async (chat, { upstream }) => {
    await chat.page.setViewportSize({ width: 2560, height: 1080 });
    upstream.enqueue({ deltas: [answer] });
    await chat.ask('Where do sessions go?');
  },

  // 1280 x 1024 at 400 %.
  'zoomed-in': async (chat, { upstream }) => {
    upstream.enqueue({ deltas: [answer] });
    await chat.ask('Where do sessions go?');
    await chat.page.setViewportSize({ width: 320, height: 256 });
    await chat.input.fill('And for how long do they stay there?\n'.repeat(12));
  },

  rated: async (chat, { upstream }) => {
    upstream.enqueue({ deltas: ['Into Redis.'] });
    await chat.ask('Where do sessions go?');
    await chat.button('Good answer').click();
    await chat.page.getByRole('button', { name: 'Good answer', pressed: true }).waitFor();
  },

  'skipping-ahead': async (chat) => {
    await chat.ask('Where do sessions go?');
    await chat.button('Skip to message field').focus();
  },

  printed: async (chat, { upstream }) => {
    upstream.enqueue({ deltas: [answer] });
    await chat.ask('Where do sessions go?');
    await chat.page.emulateMedia({ media: 'print' });
  },

  'conversations-on-a-phone': async (chat) => {
    await chat.page.setViewportSize({ width: 320, height: 640 });
    await chat.ask('Where do sessions go?');
    await chat.button('Conversations').click();
    await chat.sessions.first().waitFor();
  },
};
