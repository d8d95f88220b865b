import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Client } from '../end-to-end/client.ts';
import { eventually } from '../eventually.ts';
import { echo } from '../upstream/scripted-upstream.ts';
import { isSummaryCall, summarizing, talkUntilSummarized } from './summarized.ts';
import { ChatPage, type StoreKind, startWorld, type World } from './world.ts';

const hostile = '<img src=x onerror="document.title=1"> **Bold**, [link](javascript:alert(1))\nin Redis.';

describe.each<StoreKind>(['memory', 'redis'])(
  'a conversation known in part in summary, with sessions in %s,',
  (store) => {
    let world: World;
    let chat: ChatPage;
    beforeAll(async () => {
      world = await startWorld(store, { MAX_CONTEXT_TOKENS: '1000' });
      world.upstream.respond = summarizing(hostile);
    });
    afterAll(() => world?.stop());
    beforeEach(async () => {
      await new Client(world.host.url).delete('/chat/sessions');
    });
    afterEach(async () => {
      expect(chat.complaints).toEqual([]);
      await chat.close();
    });

    /** The answer above the note. */
    const above = () =>
      chat.summaryNote.evaluate((note) => note.previousElementSibling?.querySelector('.parley-markdown')?.textContent);
    /** The last message of the turn up to which all is summarised. */
    const lastOf = ({ messages, summaries }: Awaited<ReturnType<typeof talkUntilSummarized>>) =>
      messages.findLast(({ turn_id }) => turn_id === summaries?.at(-1)?.through_turn_id)?.content;

    async function open(sessionId: string): Promise<void> {
      chat = await ChatPage.open(world, {}, `#${sessionId}`);
      await chat.messages.first().waitFor();
      await chat.isIdle();
    }

    test('tells so where the messages begin that the model is shown as they are', async () => {
      const known = await talkUntilSummarized(world);
      await open(known.session_id);
      expect(await above()).toBe(lastOf(known));
      expect(await chat.summaryNote.count()).toBe(1);
      expect(await chat.messages.count()).toBe(known.messages.length);
      await chat.ask('And now?');
      expect(await chat.usage()).not.toContain('no longer seen');
    });

    test('shows the summary on request and hides it again, by keyboard, and as text whatever it says', async () => {
      const known = await talkUntilSummarized(world);
      await open(known.session_id);
      const button = chat.button('Show summary');
      const summary = chat.summaryNote.locator('.parley-verbatim');
      expect(await summary.isVisible()).toBe(false);
      expect(await button.getAttribute('aria-expanded')).toBe('false');
      await button.focus();
      await chat.page.keyboard.press('Enter');
      await summary.waitFor();
      expect(await summary.textContent()).toBe(hostile);
      expect(await chat.summaryNote.locator('img, strong, a').count()).toBe(0);
      expect(await button.getAttribute('aria-expanded')).toBe('true');
      expect(await chat.hasKeyboard(button)).toBe(true);
      await chat.page.keyboard.press('Enter');
      await summary.waitFor({ state: 'hidden' });
      expect(await chat.page.title()).toBe('Parley');
    });

    test('says it after the turn in which that came to be, and the user goes on reading where they are', async () => {
      const { session_id } = await new Client(world.host.url).chat({ message: 'Where do sessions go?' });
      await open(session_id);
      await chat.page.setViewportSize({ width: 800, height: 400 });
      for (const turn of [2, 3, 4, 5, 6]) await chat.ask(`Turn ${turn}.${'\nIt stays there.'.repeat(12)}`);
      expect(await chat.summaryNote.count()).toBe(0);
      const known = await talkUntilSummarized(world, 1, session_id);
      const gate = world.upstream.gate();
      world.upstream.enqueue({ deltas: ['First.', gate, ' Then.'] });
      await chat.send('And now?');
      await chat.page.getByText('First.').waitFor();
      const through = known.summaries?.at(-1)?.through_turn_id;
      const read = chat.messages.nth(known.messages.findLastIndex(({ turn_id }) => turn_id === through) + 2);
      // Not every browser holds a reader's place by itself.
      await chat.page.getByRole('region', { name: 'Messages' }).evaluate((list: HTMLElement) => {
        list.style.overflowAnchor = 'none';
      });
      const top = () => read.evaluate((each) => Math.round(each.getBoundingClientRect().top));
      await read.evaluate((each) => each.scrollIntoView({ block: 'start' }));
      await chat.button('Jump to latest').waitFor();
      const was = await top();
      gate.open();
      await chat.summaryNote.waitFor();
      await chat.isIdle();
      expect(await above()).toBe(lastOf(known));
      // The list goes back there before the next frame is painted.
      await eventually(async () => (await top()) === was);
    });

    test('moves the place with the next summary, and shows both', async () => {
      const first = await talkUntilSummarized(world);
      await open(first.session_id);
      const second = await talkUntilSummarized(world, 2, first.session_id);
      await chat.page.reload();
      await eventually(async () => (await above()) === lastOf(second));
      await chat.button('Show summary').click();
      expect(await chat.summaryNote.locator('.parley-verbatim').allTextContents()).toEqual([hostile, hostile]);
    });

    test('tells how many messages are not known at all, below and where those begin that are, where there is no summary', async () => {
      world.upstream.respond = (request) =>
        isSummaryCall(request) ? { status: 400, body: { error: { message: 'no' } } } : echo(request);
      const client = new Client(world.host.url);
      let dropped = 0;
      let session_id: string | undefined;
      while (dropped === 0) {
        const told = await client.chat({ session_id, message: 'Where does it go? '.repeat(10) });
        session_id = told.session_id as string;
        dropped = told.context.dropped_messages;
      }
      world.upstream.respond = summarizing(hostile);
      await open(session_id ?? '');
      expect(await chat.usage()).toContain(`${dropped} older messages no longer seen by the model`);
      expect(await chat.summaryNote.count()).toBe(0);
      // What the model was shown begins behind the line.
      const line = chat.list.getByRole('listitem').filter({ hasText: 'no longer seen by the model' });
      expect(await line.evaluate((each) => each.previousElementSibling?.matches('.parley-assistant'))).toBe(true);
      const asked = world.upstream.requests.filter((request) => !isSummaryCall(request)).at(-1)?.body['messages'];
      const shown = (asked as { role: string; content: string }[]).filter(({ role }) => role !== 'system');
      const texts = await chat.texts();
      // The last answer came of it.
      expect(texts.slice(dropped, -1)).toEqual(shown.map(({ content }) => content.trim()));
      expect(await line.evaluate((each) => [...(each.parentElement?.children ?? [])].indexOf(each))).toBe(dropped);
    });

    test('says nothing of it in a fork from within what is summarised', async () => {
      const known = await talkUntilSummarized(world);
      await open(known.session_id);
      await chat.edit(2, 'zwei');
      await eventually(async () => (await chat.messages.count()) === 4);
      expect(await chat.summaryNote.count()).toBe(0);
      await chat.isIdle();
      await chat.page.reload();
      await eventually(async () => (await chat.messages.count()) === 4);
      expect(await chat.summaryNote.count()).toBe(0);
    });
  },
);
