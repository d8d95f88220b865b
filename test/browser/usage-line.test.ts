import { afterAll, beforeAll, expect, test } from 'vitest';
import { Client } from '../end-to-end/client.ts';
import { ChatPage, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld('memory');
});
afterAll(() => world.stop());

const bound = { estimated: true };

test.each([
  ['exact', {}, {}, 'Answer 4 tokens · context 1,416 of 3,000 tokens'],
  ['counted by the provider, but for the context', {}, bound, 'Answer 4 tokens · context about 1,416 of 3,000 tokens'],
  ['upper bounds', bound, bound, 'Answer about 4 tokens · context about 1,416 of 3,000 tokens'],
])('figures that are %s are said to be so', async (_, ofUsage, ofContext, line) => {
  world.upstream.enqueue({ deltas: ['Yes'], usage: { prompt_tokens: 90, completion_tokens: 4 } });
  const { session_id } = await new Client(world.host.url).chat({ message: 'Is it?' });
  const chat = await ChatPage.open(world);
  await chat.page.route('**/chat/history/**', async (route) => {
    const response = await route.fetch();
    const history = await response.json();
    const answered = history.messages.at(-1);
    answered.usage = { ...answered.usage, ...ofUsage };
    answered.context = { ...answered.context, prompt_tokens: 1416, estimated: undefined, ...ofContext };
    await route.fulfill({ response, json: history });
  });
  await chat.page.goto('about:blank');
  await chat.page.goto(`${world.url}#${session_id}`);
  await chat.messages.last().waitFor();
  await chat.isIdle();
  expect(await chat.page.locator('.parley-usage').innerText()).toBe(line);
  await chat.page.unrouteAll({ behavior: 'wait' });
  expect(chat.complaints).toEqual([]);
  await chat.close();
});
