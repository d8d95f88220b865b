import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Client } from '../end-to-end/client.ts';
import { eventually } from '../eventually.ts';
import { type Plan, planned } from '../steps/planned-model.ts';
import { bundlePage } from './bundle-page.ts';
import { startToolWorld, type ToolWorld } from './tool-world.ts';

interface ShownPart {
  type: string;
  state?: string;
  toolCallId?: string;
  output?: unknown;
  approval?: { approved?: boolean };
}

describe('the AI SDK’s useChat, of an assistant with tools,', () => {
  let html: string;
  let world: ToolWorld;
  let client: Client;
  let page: Page;
  let asked: { key: string | undefined; body: Record<string, unknown> }[];
  let complaints: string[];

  beforeAll(async () => {
    [html, world] = await Promise.all([bundlePage('ai-sdk'), startToolWorld('redis', 'ai-sdk-tools')]);
    client = new Client(world.host.url);
  });
  afterAll(() => world.stop());
  beforeEach(async () => {
    world.tools.calls.length = 0;
    world.tools.answer = ({ input }) => `Done: ${JSON.stringify(input)}`;
    asked = [];
    complaints = [];
    const context = await world.browser.newContext();
    context.setDefaultTimeout(15_000);
    page = await context.newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
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

  /** What the SDK looks up by itself, it is ready after, whatever was asked meanwhile. */
  const hasLookedUp = () => page.locator('html:not([data-looking])').waitFor();
  const send = async (message: string) => {
    await hasLookedUp();
    await page.getByLabel('Message').fill(message);
    await page.keyboard.press('Enter');
  };
  const press = async (name: string) => {
    await hasLookedUp();
    await page.getByRole('button', { name, exact: true }).click();
  };
  const is = (status: string) => page.locator('output', { hasText: new RegExp(`^${status}$`) }).waitFor();
  const items = () => page.getByRole('listitem');
  const shown = async (place: number) => {
    const [id, metadata, parts] = await Promise.all(
      ['id', 'metadata', 'parts'].map((name) => items().nth(place).getAttribute(`data-${name}`)),
    );
    return { id, metadata: JSON.parse(metadata ?? '{}'), parts: JSON.parse(parts ?? '[]') as ShownPart[] };
  };
  /** Calls by their states, and what else the message is made of. */
  const partsOf = async (place: number) =>
    (await shown(place)).parts.map(({ type, state }) => (type === 'dynamic-tool' ? state : type));
  const shows = (place: number, ...parts: string[]) =>
    eventually(
      async () => (await items().count()) > place && JSON.stringify(await partsOf(place)) === JSON.stringify(parts),
    );
  const texts = () => items().allTextContents();
  const sessionId = () => page.evaluate(() => String(sessionStorage.getItem('a chat')));
  const stored = async () => (await client.history(await sessionId())).map(({ content }) => content);
  /** A reload shows the same message, with when it was stored. */
  const staysTheSame = async (place: number) => {
    const { metadata, ...message } = await shown(place);
    await page.reload();
    await items().nth(place).waitFor();
    const again = await shown(place);
    expect(again).toEqual({ ...message, metadata: { ...metadata, timestamp: expect.any(String) } });
  };
  const ask = (more: Plan = []) =>
    planned('Ask', [{ says: 'May I? ', calls: [['ask', { q: 1 }]] }, ...more, { says: 'Thanks.' }]);
  const asks = async (message: string) => {
    await send(message);
    await is('ready');
  };

  test('shows calls and what came of them at their places, and the same after a reload', async () => {
    await asks(
      planned('Do', [
        {
          says: 'Let me see. ',
          calls: [
            ['show', { q: 1 }],
            ['pay', { q: 2 }],
          ],
        },
        { says: 'All is done.' },
      ]),
    );
    await shows(1, 'text', 'output-available', 'output-available', 'text');
    const { parts, metadata } = await shown(1);
    const { turn_id: turnId } = metadata;
    const call = { type: 'dynamic-tool', providerExecuted: true, state: 'output-available' };
    expect(parts).toMatchObject([
      { text: 'Let me see. ', state: 'done' },
      {
        ...call,
        toolCallId: `${turnId}.1`,
        toolName: 'show',
        input: { q: 1 },
        output: { status: 'ok', result: 'Done: {"q":1}' },
      },
      {
        ...call,
        toolCallId: `${turnId}.2`,
        toolName: 'pay',
        input: { q: 2 },
        output: { status: 'ok', ms: expect.any(Number) },
      },
      { text: 'All is done.' },
    ]);
    expect(parts[2]?.output).not.toHaveProperty('result');
    await staysTheSame(1);
  });

  test('goes on with the same message when its user allows a call, and with the session behind that', async () => {
    await asks(ask());
    await shows(1, 'text', 'approval-requested');
    const { id } = await shown(1);
    await press('Allow');
    await shows(1, 'text', 'output-available', 'step-start', 'text');
    await is('ready');
    expect(await texts()).toEqual([ask(), 'May I? Thanks.']);
    const { metadata, ...message } = await shown(1);
    expect(message.id).toBe(id);
    expect(metadata).toMatchObject({ session_id: await sessionId(), finish_reason: 'stop' });
    expect(metadata.turn_id).not.toBe(id);
    const approve = [{ id: `${id}.1`, decision: 'yes' }];
    expect(asked[1]?.body).toEqual({ approve, session_id: await sessionId(), assistant: 'default' });
    expect(new Set(asked.map(({ key }) => key)).size).toBe(2);
    expect(world.tools.calls).toMatchObject([{ tool: 'ask', input: { q: 1 } }]);
    await staysTheSame(1);
    await asks('Hi: []');
    await press('Again');
    await is('ready');
    expect(asked.at(-1)?.body).toMatchObject({ fork: true, after: metadata.turn_id });
    await press('Again the first');
    await is('ready');
    expect(asked.at(-1)?.body).toMatchObject({ fork: true, after: null });
  });

  test('decides on several calls at once, and again on what the answer goes on to ask', async () => {
    await asks(
      planned('Ask', [
        {
          calls: [
            ['ask', { q: 1 }],
            ['ask', { q: 2 }],
          ],
        },
        { says: 'And? ', calls: [['ask', { q: 3 }]] },
      ]),
    );
    await press('Reject');
    await shows(1, 'approval-responded', 'approval-requested');
    expect(asked).toHaveLength(1);
    await press('Allow');
    await shows(1, 'output-denied', 'output-available', 'step-start', 'text', 'approval-requested');
    await press('Reject');
    await shows(1, 'output-denied', 'output-available', 'step-start', 'text', 'output-denied', 'step-start', 'text');
    await is('ready');
    expect(world.tools.calls).toMatchObject([{ input: { q: 2 } }]);
    await staysTheSame(1);
  });

  test('rejects what waits by a message, which is told where the calls are when the messages are read', async () => {
    await asks(ask());
    await asks('Hi: []');
    await shows(3, 'text');
    expect(world.tools.calls).toEqual([]);
    await page.reload();
    await shows(1, 'text', 'output-denied');
    await shows(3, 'text');
    expect((await shown(1)).parts[1]?.approval).toEqual({ id: expect.any(String), approved: false });
  });

  test('shows after a reload that an allowed call is made, and the whole of the answer, without calling again', async () => {
    const gate = world.upstream.gate();
    world.tools.answer = async () => {
      await gate.passed;
      return 'late';
    };
    await asks(ask());
    await press('Allow');
    await eventually(() => world.tools.calls.length === 1);
    await page.reload();
    await shows(1, 'text', 'approval-responded');
    await press('Join');
    await shows(1, 'text', 'approval-responded');
    gate.open();
    await shows(1, 'text', 'output-available', 'step-start', 'text');
    await is('ready');
    expect(await texts()).toEqual([ask(), 'May I? Thanks.']);
    expect(world.tools.calls).toHaveLength(1);
    await staysTheSame(1);
  });

  test('joins its own decision again, also one that makes no call', async () => {
    const gate = world.upstream.gate();
    await asks(ask());
    world.upstream.enqueue({ deltas: ['Well', gate, ', then.'] });
    await press('Reject');
    await shows(1, 'text', 'output-denied', 'step-start', 'text');
    const joined = page.waitForResponse((response) => response.url().includes('?turn_id='));
    await press('Join');
    await joined;
    gate.open();
    await eventually(async () => (await texts())[1] === 'May I? Well, then.');
    await is('ready');
    await staysTheSame(1);
  });

  test('is cut and told again between calls, and is the same message', async () => {
    const gates = [world.upstream.gate(), world.upstream.gate()];
    world.tools.answer = async ({ input }) => {
      await gates[Number(input['q']) - 1]?.passed;
      return 'late';
    };
    await send(
      planned('Do', [
        { says: 'One. ', calls: [['pay', { q: 1 }]] },
        { says: 'Two. ', calls: [['pay', { q: 2 }]] },
        { says: 'Done.' },
      ]),
    );
    await shows(1, 'text', 'input-available');
    world.network.cut();
    gates[0]?.open();
    await shows(1, 'text', 'output-available', 'text', 'input-available');
    world.network.cut();
    gates[1]?.open();
    await shows(1, 'text', 'output-available', 'text', 'output-available', 'text');
    await is('ready');
    expect(world.tools.calls).toHaveLength(2);
    await staysTheSame(1);
  });

  test('asks for the same decision under its key where it failed, and tells once what came of it', async () => {
    await asks(ask());
    world.upstream.enqueue({ deltas: ['Well'], ending: { error: { message: 'out of order' } } });
    await press('Allow');
    await is('error');
    await press('Decide again');
    await shows(1, 'text', 'output-available', 'step-start', 'text');
    await is('ready');
    expect(asked.slice(1)).toEqual([asked[1], asked[1]]);
    expect(world.tools.calls).toHaveLength(1);
    expect(await texts()).toEqual([ask(), 'May I? Thanks.']);
    await staysTheSame(1);
  });

  test('keeps what a decision has said until it is stopped, and asks the next message behind it', async () => {
    await asks(ask());
    world.upstream.enqueue({ deltas: ['half of it', world.upstream.gate()] });
    await press('Allow');
    await eventually(async () => (await texts())[1] === 'May I? half of it');
    await press('Stop');
    await is('ready');
    await asks('Hi: []');
    expect(await stored()).toEqual([ask(), 'May I? ', '', 'half of it', 'Hi: []', 'Told: Hi: []']);
    const history = await (await client.get(`/chat/history/${await sessionId()}`)).json();
    const [, , , stopped] = (history as { messages: { turn_id: string }[] }).messages;
    await press('Edit');
    await is('ready');
    expect(asked.at(-1)?.body).toMatchObject({ fork: true, after: stopped?.turn_id });
  });
});
