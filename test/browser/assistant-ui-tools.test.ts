import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Client } from '../end-to-end/client.ts';
import { eventually } from '../eventually.ts';
import { type Plan, planned } from '../steps/planned-model.ts';
import { bundlePage } from './bundle-page.ts';
import { startToolWorld, type ToolWorld } from './tool-world.ts';

interface Call {
  toolCallId: string;
  toolName: string;
  args: object;
  argsText: string;
  result?: { status: string };
  isError?: boolean;
  approval?: { id: string; approved?: boolean };
  status: { type: string; reason?: string };
}

describe('assistant-ui, of an assistant with tools,', () => {
  let html: string;
  let world: ToolWorld;
  let client: Client;
  let page: Page;
  let asked: { key: string | undefined; body: Record<string, unknown> }[];
  let complaints: string[];

  beforeAll(async () => {
    [html, world] = await Promise.all([bundlePage('assistant-ui'), startToolWorld('redis', 'assistant-ui-tools')]);
    client = new Client(world.host.url);
  });
  afterAll(() => world.stop());
  beforeEach(async () => {
    await client.delete('/chat/sessions');
    world.tools.calls.length = 0;
    world.tools.answer = ({ input }) => `Done: ${JSON.stringify(input)}`;
    asked = [];
    complaints = [];
    const context = await world.browser.newContext();
    context.setDefaultTimeout(15_000);
    page = await context.newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().startsWith('Failed to load')) complaints.push(message.text());
    });
    page.on('request', (request) => {
      if (!request.url().endsWith('/chat/stream') || request.method() !== 'POST') return;
      asked.push({ key: request.headers()['idempotency-key'], body: request.postDataJSON() });
    });
    await page.route('**/fixture*', (route) => route.fulfill({ contentType: 'text/html', body: html }));
    await page.goto(new URL('/fixture', world.url).href);
  });
  afterEach(async () => {
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  const is = (status: string) => page.locator('output', { hasText: new RegExp(`^${status}$`) }).waitFor();
  const message = (place: number) => page.locator('.message').nth(place);
  const press = (place: number, name: string) =>
    message(place).getByRole('button', { name, exact: true }).first().click();
  const asks = async (text: string) => {
    await page.getByLabel('Message', { exact: true }).fill(text);
    await page.getByLabel('Message', { exact: true }).press('Enter');
  };
  const shows = (...wanted: string[]) =>
    eventually(
      async () => JSON.stringify(await page.locator('.message .text').allTextContents()) === JSON.stringify(wanted),
    );
  const callsOf = async (place: number): Promise<Call[]> => {
    const calls = message(place).locator('.call');
    return (await calls.evaluateAll((each) => each.map((call) => call.getAttribute('data-call') ?? ''))).map((call) =>
      JSON.parse(call),
    );
  };
  /** Whether each was allowed, and what came of it. */
  const decided = (place: number, ...wanted: [approved: boolean | undefined, status: string | undefined][]) =>
    eventually(async () => {
      const calls = (await callsOf(place)).map(({ approval, result }) => [approval?.approved, result?.status]);
      return JSON.stringify(calls) === JSON.stringify(wanted);
    });
  const statusOf = async (place: number) => JSON.parse((await message(place).getAttribute('data-status')) ?? 'null');
  const sessionId = () => page.evaluate(() => String(sessionStorage.getItem('session')));
  const stored = async () => (await client.history(await sessionId())).map(({ content }) => content);
  const ask = (...calls: [string, object][]): string => {
    const plan: Plan = [
      { says: 'May I? ', calls: calls.length > 0 ? calls : [['ask', { q: 1 }]] },
      { says: 'Thanks.' },
    ];
    return planned('Ask', plan);
  };

  test('shows calls and what came of them at their places, and the same after a reload', async () => {
    const plan = planned('Do', [
      {
        says: 'Let me see. ',
        calls: [
          ['show', { q: 1 }],
          ['pay', { q: 2 }],
        ],
      },
      { says: 'All is done.' },
    ]);
    await asks(plan);
    await shows(plan, 'Let me see. All is done.');
    await is('ready');
    const calls = await callsOf(1);
    const done = { argsText: '{"q":1}', args: { q: 1 }, status: { type: 'complete' } };
    expect(calls).toMatchObject([
      { ...done, toolName: 'show', result: { status: 'ok', result: 'Done: {"q":1}', ms: expect.any(Number) } },
      { ...done, argsText: '{"q":2}', args: { q: 2 }, toolName: 'pay', result: { status: 'ok' } },
    ]);
    expect(calls[1]?.result).not.toHaveProperty('result');
    const order = await message(1)
      .locator('.text > *')
      .evaluateAll((parts) => parts.map(({ className }) => className === 'call'));
    expect(order).toEqual([false, true, true, false]);
    await page.reload();
    await shows(plan, 'Let me see. All is done.');
    expect(await callsOf(1)).toEqual(calls);
  });

  test('makes a call that its user allows, tells it where it was asked for, and goes on in the next answer', async () => {
    const gate = world.upstream.gate();
    world.tools.answer = async () => {
      await gate.passed;
      return 'late';
    };
    await asks(ask());
    await decided(1, [undefined, undefined]);
    await is('ready');
    expect(await statusOf(1)).toEqual({ type: 'requires-action', reason: 'interrupt' });
    const [{ toolCallId, status } = { toolCallId: '' }] = await callsOf(1);
    expect(status).toEqual({ type: 'requires-action', reason: 'interrupt' });
    await press(1, 'Allow');
    await decided(1, [true, undefined]);
    expect(await statusOf(1)).toEqual({ type: 'running' });
    await page.reload();
    await decided(1, [true, undefined]);
    gate.open();
    await shows(ask(), 'May I? ', 'Thanks.');
    await decided(1, [true, 'ok']);
    await is('ready');
    expect(await callsOf(2)).toEqual([]);
    expect(await statusOf(1)).toEqual({ type: 'complete', reason: 'stop' });
    expect(asked[1]?.body).toEqual({
      approve: [{ id: toolCallId, decision: 'yes' }],
      session_id: await sessionId(),
      assistant: 'default',
    });
    expect(world.tools.calls).toHaveLength(1);
    await page.reload();
    await shows(ask(), 'May I? ', 'Thanks.');
    await decided(1, [true, 'ok']);
  });

  test('decides on calls together, once each is decided on', async () => {
    await asks(ask(['ask', { q: 1 }], ['ask', { q: 2 }]));
    await decided(1, [undefined, undefined], [undefined, undefined]);
    await is('ready');
    await press(1, 'Reject');
    await decided(1, [false, undefined], [undefined, undefined]);
    expect(asked).toHaveLength(1);
    await press(1, 'Allow');
    await decided(1, [false, undefined], [true, 'ok']);
    await is('ready');
    expect(asked[1]?.body['approve']).toMatchObject([{ decision: 'no' }, { decision: 'yes' }]);
    expect(world.tools.calls).toMatchObject([{ input: { q: 2 } }]);
  });

  test('rejects what waits by a message, and asks behind it', async () => {
    await asks(ask());
    await decided(1, [undefined, undefined]);
    await is('ready');
    await asks('Hi: []');
    await decided(1, [false, undefined]);
    await shows(ask(), 'May I? ', 'Hi: []', 'Told: Hi: []');
    await is('ready');
    expect(await callsOf(3)).toEqual([]);
    await page.reload();
    await decided(1, [false, undefined]);
    expect(world.tools.calls).toEqual([]);
  });

  test('tries a decision again under its key where it failed', async () => {
    await asks(ask());
    await decided(1, [undefined, undefined]);
    await is('ready');
    const no = { status: 400, body: { error: { message: 'no' } } };
    world.upstream.enqueue(no, no);
    await press(1, 'Reject');
    await page.getByRole('alert').waitFor();
    await shows(ask(), 'May I? ', '');
    await press(2, 'Reload');
    await eventually(() => asked.length === 3);
    await page.getByRole('alert').waitFor();
    await press(2, 'Reload');
    await shows(ask(), 'May I? ', 'Thanks.');
    await is('ready');
    expect(asked.slice(1)).toEqual([asked[1], asked[1], asked[1]]);
    await decided(1, [false, undefined]);
  });

  test('asks again what led to a decision, and shows both answers as branches', async () => {
    await asks(ask());
    await is('ready');
    await decided(1, [undefined, undefined]);
    await press(1, 'Allow');
    await shows(ask(), 'May I? ', 'Thanks.');
    await is('ready');
    world.upstream.enqueue({ deltas: ['Rather not.'] });
    await press(2, 'Reload');
    await shows(ask(), 'Rather not.');
    await is('ready');
    expect(asked.at(-1)?.body).toMatchObject({ fork: true, after: null });
    expect(await stored()).toEqual([ask(), 'Rather not.']);
    await press(1, 'Previous');
    await shows(ask(), 'May I? ', 'Thanks.');
    await decided(1, [true, 'ok']);
  });
});
