import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ToolResult } from '../../shared/conversation/ports/toolbox.ts';
import { Client } from '../end-to-end/client.ts';
import { eventually } from '../eventually.ts';
import { calling, lost, openShop, returned, type Shop } from './shop.ts';
import { ChatPage } from './world.ts';

let world: Shop;
let tools: Shop['tools'];
let chat: ChatPage;

beforeAll(async () => {
  world = await openShop('memory');
  ({ tools } = world);
});
afterAll(() => world.stop());
beforeEach(async () => {
  tools.answer = () => returned('Done.');
  chat = await ChatPage.open(world);
  await chat.isIdle();
});
afterEach(async () => {
  expect(chat.complaints).toEqual([]);
  await chat.close();
  world.upstream.clear();
  await new Client(world.host.url).delete('/chat/sessions');
});

/** What an answer says and does, in its order: a line for each stretch of text and each step. */
const told = (place = 1) =>
  chat.messages
    .nth(place)
    .locator('.parley-answer > .parley-markdown:not(:empty), .parley-steps button')
    .evaluateAll((all) => all.map((each) => (each as HTMLElement).innerText.replaceAll(/\s+/g, ' ').trim()));
/** How long a call took depends on all that is there, and is said where that was long. */
const timeless = (line: string) => line.replace(/ \d+(\.\d)?s$/, '');
const tells = (lines: string[], place?: number) =>
  eventually(async () => JSON.stringify((await told(place)).map(timeless)) === JSON.stringify(lines));
const data = (name: 'Input' | 'Result') => chat.page.getByRole('group', { name, exact: true });
/** Tells how much CPU time the page's own thread has had; what else the machine does is not in it. */
async function cpuOf(page: Page): Promise<() => Promise<number>> {
  const devTools = await page.context().newCDPSession(page);
  await devTools.send('Performance.enable');
  return async () => {
    const { metrics } = await devTools.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'ThreadTime')?.value ?? Number.NaN;
  };
}
const answers = (text: string, more: Partial<ToolResult> = {}) => {
  tools.answer = () => returned(text, more);
};

describe('an answer with steps', () => {
  const rounds = () =>
    world.upstream.enqueue(
      calling('Let me *look*.', ['search', { q: 1 }], ['track', { q: 2 }]),
      calling('', ['search', { q: 3 }]),
      { deltas: ['# Found\n\nIt was sent.'] },
    );
  const lines = ['Let me look.', 'Used orders/search', 'Used orders/track', 'Used orders/search', 'Found It was sent.'];

  test('is shown in its order: what was said, what was called at once, what was said then; also after a reload', async () => {
    rounds();
    await chat.ask('Where is it?');
    await chat.button('3 steps').click();
    await tells([lines[0], '3 steps', ...lines.slice(1)] as string[]);
    await chat.page.reload();
    await chat.button('3 steps').click();
    await tells([lines[0], '3 steps', ...lines.slice(1)] as string[]);
    const headings = await chat.list.getByRole('heading').allTextContents();
    expect(headings).toEqual(['You said', 'Assistant said', 'Found']);
  });

  test('says while a tool is at work which one, and then what came of it', async () => {
    const gate = world.upstream.gate();
    tools.answer = async ({ tool }) => {
      await gate.passed;
      return returned('Not there.', { status: tool === 'track' ? 'error' : 'ok' });
    };
    world.upstream.enqueue(calling('', ['search', {}], ['track', {}]), { deltas: ['So.'] });
    await chat.send('Where is it?');
    await tells(['Using orders/search …', 'Using orders/track …']);
    expect(await chat.list.locator('.parley-dots').count()).toBe(0);
    gate.open();
    await tells(['Used orders/search', 'orders/track failed', 'So.']);
  });

  test('stays open where its user reads a step, as the answer goes on', async () => {
    const gate = world.upstream.gate();
    world.upstream.enqueue(calling('', ['search', {}], ['search', {}], ['search', {}]), { deltas: [gate, 'So.'] });
    await chat.send('Where is it?');
    await chat.steps.nth(2).click();
    gate.open();
    await chat.list.getByText('So.').waitFor();
    expect(await chat.button('3 steps').getAttribute('aria-expanded')).toBe('true');
    expect(await data('Result').innerText()).toBe('Done.');
  });

  test('says how long a call took that took a second and more', async () => {
    tools.answer = async () => {
      await new Promise((resolve) => setTimeout(resolve, 1100));
      return returned('Done.');
    };
    world.upstream.enqueue(calling('', ['search', {}]), { deltas: ['So.'] });
    await chat.ask('Where is it?');
    const history = await new Client(world.host.url).get(`/chat/history/${chat.sessionId}`);
    const { messages } = (await history.json()) as { messages: { steps?: { ms: number }[] }[] };
    const ms = messages[1]?.steps?.[0]?.ms ?? 0;
    expect(ms).toBeGreaterThanOrEqual(1000);
    const seconds = new Intl.NumberFormat('en', { maximumFractionDigits: 1 }).format(ms / 1000);
    expect(await told()).toEqual([`Used orders/search ${seconds}s`, 'So.']);
  });

  test('cites what its tools have found, in each stretch: streamed, and after a reload', async () => {
    answers('Found.', { sources: [{ url: 'https://shop.example/4711', title: 'Order 4711' }] });
    world.upstream.enqueue(calling('As said[1].[^n]\n\n[^n]: A note', ['search', {}]), {
      deltas: ['It was sent[1].[^n]\n\n[^n]: Another'],
    });
    await chat.ask('Where is it?');
    const isCited = async () => {
      const links = chat.list.getByRole('link', { name: 'Source 1: Order 4711' });
      expect(await links.count()).toBe(2);
      for (const link of await links.all()) {
        await link.click();
        expect(await chat.page.locator(':focus').innerText()).toBe('Order 4711 shop.example');
      }
      expect(await chat.list.getByRole('heading', { name: 'Sources' }).count()).toBe(1);
      const ids = await chat.page.locator('[id]').evaluateAll((all) => all.map(({ id }) => id));
      expect(new Set(ids).size).toBe(ids.length);
    };
    await isCited();
    await chat.page.reload();
    await chat.steps.first().waitFor();
    await isCited();
  });

  test('has the sources of its tools where it was stopped before it said a word', async () => {
    answers('Found.', { sources: [{ url: 'https://shop.example/4711', title: 'Order 4711' }] });
    world.upstream.enqueue(calling('', ['search', {}]), { deltas: [world.upstream.gate()] });
    await chat.send('Where is it?');
    await tells(['Used orders/search']);
    await chat.button('Stop').click();
    await chat.list.getByText('Stopped.').waitFor();
    await tells(['Used orders/search', 'Sources Order 4711 shop.example']);
  });

  test('shows a step once whose frame was sent again, as the connection broke in between', async () => {
    const gate = world.upstream.gate();
    tools.answer = async () => {
      await gate.passed;
      return returned('Done.');
    };
    world.upstream.enqueue(calling('Let me look.', ['search', {}]), { deltas: ['So.'] });
    await chat.send('Where is it?');
    await tells(['Let me look.', 'Using orders/search …']);
    await world.network.stop();
    await world.network.listen();
    gate.open();
    await tells(['Let me look.', 'Used orders/search', 'So.']);
    expect(tools.calls.filter(({ tool }) => tool === 'search').length).toBeGreaterThan(0);
  });

  test('is exported with each step in a line', async () => {
    rounds();
    await chat.ask('Where is it?');
    const downloading = chat.page.waitForEvent('download');
    await chat.choose('Where is it?', 'Export as Markdown');
    const path = await (await downloading).path();
    const steps = ['- Used `orders/search`', '- Used `orders/track`', '- Used `orders/search`'].join('\n');
    expect(await readFile(path, 'utf8')).toContain(`Let me *look*.\n\n${steps}\n\n# Found\n\nIt was sent.\n`);
  });
});

describe('a step', () => {
  const use = async (input: object | string, tool = 'search') => {
    world.upstream.enqueue(calling('', [tool, input]), { deltas: ['So.'] });
    await chat.ask('Where is it?');
  };

  test('opens by keyboard, and has what was given to the tool and what came of it, as data to copy', async () => {
    await chat.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    answers('{"order":4711,"sent":true}');
    await use('{"q":"4711"}');
    const [line] = await chat.steps.all();
    expect(await line?.getAttribute('aria-expanded')).toBe('false');
    await line?.focus();
    await chat.page.keyboard.press('Enter');
    expect(await line?.getAttribute('aria-expanded')).toBe('true');
    expect(await data('Input').textContent()).toBe('{\n  "q": "4711"\n}\n');
    expect(await data('Result').textContent()).toBe('{\n  "order": 4711,\n  "sent": true\n}\n');
    await chat.page.keyboard.press('Tab');
    expect(await chat.page.locator(':focus').getAttribute('aria-label')).toBe('Copy');
    await chat.page.keyboard.press('Enter');
    await chat.page.getByRole('status').filter({ hasText: 'Copied' }).waitFor();
    expect(await chat.page.evaluate(() => navigator.clipboard.readText())).toBe('{"q":"4711"}');
    await line?.press('Enter');
    expect(await data('Input').count()).toBe(0);
  });

  test('of a tool that keeps its results to itself says that', async () => {
    answers('secret');
    await use({}, 'track');
    await chat.steps.first().click();
    await chat.list.getByText('This tool does not show its result.').waitFor();
    expect(await chat.page.locator('body').innerText()).not.toContain('secret');
  });

  test.each([
    ['markup', '<img src=x onerror="document.title=1"><script>document.title=1</script>'],
    ['the end of a script', '</script><script>document.title = "1"</script>'],
    ['Markdown', '[a](javascript:alert(1)) ![b](https://example.com/x.png)\n\n```'],
    ['broken JSON', '{"a": [1, '],
    ['text of the other direction', 'نص \u202eabc\u202c'],
    ['frames', 'data: {"token":"x"}\n\nevent: done'],
  ])('shows %s that a tool was given and has returned as text', async (_, text) => {
    answers(text);
    await use(text);
    await chat.steps.first().click();
    expect(await data('Result').textContent()).toBe(text);
    expect(await data('Input').textContent()).toBe(text);
    expect(await chat.list.locator('.parley-answer :is(img, script, a)').count()).toBe(0);
    await chat.page.reload();
    await chat.steps.first().click();
    expect(await data('Result').textContent()).toBe(text);
    expect(await chat.page.title()).not.toBe('1');
  });

  test.each([
    ['a megabyte of one letter', 'x'.repeat(1_000_000)],
    ['ten thousand short lines', 'x\n'.repeat(10_000)],
    ['a list of thousands', `[${Array(10_000).fill(1).join()}]`],
    ['lists in lists', `${'['.repeat(9000)}${']'.repeat(9000)}`],
  ])('holds %s without making the page wider, longer than the screen, or slow', async (_, text) => {
    answers(text);
    await use({ q: 1 });
    const cpuSeconds = await cpuOf(chat.page);
    const before = await cpuSeconds();
    await chat.steps.first().click();
    await data('Result').waitFor();
    const took = (await cpuSeconds()) - before;
    const { width, height } = (await data('Result').boundingBox()) as { width: number; height: number };
    expect(height).toBeLessThan(300);
    expect(width).toBeLessThan(800);
    expect(await data('Result').evaluate((each) => each.scrollHeight > each.clientHeight)).toBe(true);
    expect(await chat.isTooWide()).toBe(false);
    expect(took).toBeLessThan(5);
  });
});

describe('screen readers', () => {
  test('hear that a tool is called, that it failed, and then the answer alone', async () => {
    await chat.page.evaluate(() => {
      const heard: string[] = [];
      Object.assign(globalThis, { heard });
      const [region] = [...document.querySelectorAll('.parley-panel > [role=status]')].slice(-1) as [Element];
      new MutationObserver(() => region.textContent && heard.push(region.textContent)).observe(region, {
        ...{ subtree: true, childList: true, characterData: true },
      });
    });
    const gate = world.upstream.gate();
    tools.answer = async () => {
      await gate.passed;
      return returned('Not there.', { status: 'error' });
    };
    const next = world.upstream.gate();
    world.upstream.enqueue(calling('Let me look.', ['search', {}], ['track', {}]), { deltas: [next, 'So.'] });
    await chat.send('Where is it?');
    await chat.button('Using orders/search …').waitFor();
    gate.open();
    await chat.step('orders/track failed').waitFor();
    const heard = () => chat.page.evaluate(() => (globalThis as unknown as { heard: string[] }).heard.join(' | '));
    await eventually(async () => (await heard()).endsWith('failed'));
    next.open();
    await eventually(async () => (await heard()).endsWith('Assistant said: Let me look. So.'));
    // In one sentence, where both begin within a frame.
    expect(await heard()).toMatch(
      /^The assistant is answering\. \| Using orders\/search(?: and | … \| Using )orders\/track … \|/,
    );
    expect(await heard()).not.toContain('Not there.');
  });
});

test('a tool that is at work for long is said to be, where the state of the conversation is told', async () => {
  await chat.page.clock.install();
  const gate = world.upstream.gate();
  tools.answer = async () => {
    await gate.passed;
    return returned('Done.');
  };
  world.upstream.enqueue(calling('', ['search', {}]), { deltas: ['So.'] });
  await chat.send('Where is it?');
  await eventually(async () => {
    await chat.page.clock.fastForward(1000);
    return (await chat.notice.allTextContents()).includes('A tool is still working …');
  });
  gate.open();
  await eventually(async () => {
    await chat.page.clock.fastForward(100);
    return (await chat.notice.count()) === 0;
  });
});

test('that nobody knows what a tool did is told with its name, and with no more tries', async () => {
  tools.answer = () => lost;
  world.upstream.enqueue(calling('', ['track', {}]));
  await chat.send('Where is it?');
  await chat.alert.waitFor();
  expect(await chat.alert.innerText()).toBe(
    'It is not known whether orders/track did its work. Look there before you ask again.',
  );
  expect(await chat.button('Try again').count()).toBe(0);
});

test('a function that an app brings and does itself is shown as asked for, and then as used; nobody is asked to allow it', async () => {
  const service = new Client(world.host.url);
  const call = (more: object) => service.post('/v1/responses', { ...more, tools: [where] }).then((r) => r.json());
  const where = { type: 'function', name: 'where', parameters: { type: 'object' }, strict: false };
  const asked = { id: 'c0', name: 'where', arguments: '{"who":"Ann"}' };
  world.upstream.enqueue({ deltas: ['Let me ask.'], calls: [asked] }, { deltas: ['She is in Rome.'] });
  const { id, output } = (await call({ input: 'Where is Ann?' })) as {
    id: string;
    output: { call_id?: string }[];
  };
  const session = ((await (await service.get('/chat/sessions')).json()) as { sessions: { id: string }[] }).sessions[0];
  await chat.page.goto(`${world.url}#${session?.id}`);
  await chat.page.reload();
  await tells(['Let me ask.', 'Asked to use where']);
  expect(await chat.page.getByRole('button', { name: 'Allow', exact: true }).count()).toBe(0);

  const call_id = output.at(-1)?.call_id;
  await call({ input: [{ type: 'function_call_output', call_id, output: 'Rome' }], previous_response_id: id });
  await chat.page.reload();
  await tells(['Used where', 'She is in Rome.'], 2);
  await tells(['Let me ask.', 'Asked to use where']);
  expect(await chat.messages.count()).toBe(3);
  expect(await chat.buttonOf(2, 'Regenerate').count()).toBe(0);
});
