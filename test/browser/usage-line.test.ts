import { afterAll, beforeAll, expect, test } from 'vitest';
import { Client } from '../end-to-end/client.ts';
import { ChatPage, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld('memory');
});
afterAll(() => world.stop());

const bound = { estimated: true };

/** A page that shows a conversation whose last answer has this beside what the service says of it. */
async function open(usage: object, context: object): Promise<ChatPage> {
  world.upstream.enqueue({ deltas: ['Yes'], usage: { prompt_tokens: 90, completion_tokens: 4 } });
  const { session_id } = await new Client(world.host.url).chat({ message: 'Is it?' });
  const chat = await ChatPage.open(world);
  await chat.page.route('**/chat/history/**', async (route) => {
    const response = await route.fetch();
    const history = await response.json();
    const answered = history.messages.at(-1);
    answered.usage = { ...answered.usage, ...usage };
    answered.context = { ...answered.context, prompt_tokens: 1416, estimated: undefined, ...context };
    await route.fulfill({ response, json: history });
  });
  await chat.page.goto('about:blank');
  await chat.page.goto(`${world.url}#${session_id}`);
  await chat.messages.last().waitFor();
  await chat.isIdle();
  return chat;
}

async function close(chat: ChatPage): Promise<void> {
  await chat.page.unrouteAll({ behavior: 'wait' });
  expect(chat.complaints).toEqual([]);
  await chat.close();
}

test.each<[string, object, object, string[]]>([
  ['exact', {}, {}, ['Answer 4 tokens', 'Context 1,416 of 3,000 tokens']],
  [
    'counted by the provider, but for the context',
    {},
    bound,
    ['Answer 4 tokens', 'Context about 1,416 of 3,000 tokens'],
  ],
  ['upper bounds', bound, bound, ['Answer about 4 tokens', 'Context about 1,416 of 3,000 tokens']],
])(
  'figures that are %s are said to be so, on request, and to who cannot see the gauge',
  async (_, usage, context, lines) => {
    const chat = await open(usage, context);
    const gauge = chat.page.locator('.parley-gauge button');
    const details = chat.page.locator('.parley-gauge p');
    expect(await gauge.innerText()).toBe('47%');
    expect(await details.isVisible()).toBe(false);
    expect(await chat.usage()).toBe(['47% of the context is used', ...lines].join(' · '));
    await gauge.click();
    expect((await details.innerText()).split('\n')).toEqual(lines);
    await close(chat);
  },
);

test('what the gauge tells goes by its button, by Escape, which stops no answer then, and where the keyboard leaves it', async () => {
  const chat = await open({}, {});
  const gauge = chat.page.locator('.parley-gauge button');
  const details = chat.page.locator('.parley-gauge p');
  await gauge.press('Enter');
  await details.waitFor();
  await gauge.press('Enter');
  await details.waitFor({ state: 'hidden' });
  await gauge.click();
  await chat.input.focus();
  await details.waitFor({ state: 'hidden' });
  world.upstream.enqueue({ deltas: ['half of it', world.upstream.gate()] });
  await chat.send('Is it?');
  await chat.page.getByText('half of it').waitFor();
  await gauge.click();
  await gauge.press('Escape');
  await details.waitFor({ state: 'hidden' });
  expect(await chat.button('Stop').isEnabled()).toBe(true);
  await gauge.press('Escape');
  await chat.page.getByText('Stopped.', { exact: true }).waitFor();
  await close(chat);
});
