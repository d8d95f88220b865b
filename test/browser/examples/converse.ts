import type { Browser } from 'playwright-core';
import { eventually } from '../../eventually.ts';
import type { Service } from '../../package/service.ts';
import type { Gate } from '../../upstream/script.ts';
import { ChatPage } from '../world.ts';
import { movedStyles } from './moved-styles.ts';
import { readsOf } from './reads-of.ts';

const WORDS = ['One ', 'two ', 'three ', 'four.'];

const FORMATTED = [
  '## Three steps\n\n',
  'Some **bold** words, `code` and a [link](https://example.com).\n\n',
  '1. First\n2. Second\n   * inner\n\n> Quoted\n\n',
  '| item | price |\n| --- | ---: |\n| tea | 3.50 |\n| coffee | 4.20 |\n\n',
  '```ts\nconst answer: number = 42;\n```\n',
];

/** How an app shows a conversation: by the panel, or by a list of its own. */
export type View = 'panel' | 'list';

/**
 * Talks with the service through a page: two turns, of which each word is seen before the model says the next, and a
 * reload that shows both again.
 *
 * @returns how a stream came
 * @throws where anything else is seen, or the browser's console holds an error or a warning
 */
export async function converse(
  browser: Browser,
  url: string,
  service: Service,
  view: View,
  picture?: string,
): Promise<string> {
  // A development server makes a page once it is asked for.
  await fetch(url);
  const chat = await ChatPage.open({ browser, url }, { viewport: { width: 960, height: 720 } });
  try {
    const messages = view === 'panel' ? chat.messages : chat.page.getByRole('listitem');
    const isShown = (place: number, text: string) =>
      eventually(async () => (await messages.nth(place).textContent({ timeout: 20_000 }))?.includes(text));
    const write = async (text: string) => {
      await chat.input.fill(text, { timeout: 60_000 });
      await eventually(async () => {
        // Another's field may lose what was written before the browser went on with the server's page.
        if (view === 'list') await chat.input.fill(text);
        return chat.button('Send').isEnabled();
      });
    };
    const send = async (text: string) => {
      await write(text);
      await chat.button('Send').click();
    };

    const gates = WORDS.map(() => service.upstream.gate());
    service.upstream.enqueue({ deltas: gates.flatMap((gate, place): (string | Gate)[] => [gate, WORDS[place] ?? '']) });
    await send('Count to four');
    for (const [place, gate] of gates.entries()) {
      gate.open();
      await isShown(
        1,
        WORDS.slice(0, place + 1)
          .join('')
          .trim(),
      );
    }
    service.upstream.enqueue({ deltas: FORMATTED });
    await send('What are the three steps?');
    await isShown(3, 'const answer');
    await write('Something that was not sent');
    await chat.page.reload();
    await isShown(3, 'const answer');
    if ((await messages.count()) !== 4) throw new Error(`${await messages.count()} messages after a reload, not 4`);
    if (picture !== undefined) await chat.page.screenshot({ path: picture });
    if (view === 'panel') {
      // All is read, what was not sent is there again, and code has its colours: nothing changes any more by itself.
      await eventually(() => chat.button('Send').isEnabled());
      await chat.page.locator('.parley-code-keyword').first().waitFor();
      const moved = await movedStyles(chat.page);
      if (moved.length > 0) throw new Error(`the page’s styles reach the panel:\n${moved.join('\n')}`);
    }
    if (chat.complaints.length > 0) throw new Error(`the console says:\n${chat.complaints.join('\n')}`);
    return await readsOf(chat.page, service);
  } catch (error) {
    throw new Error([(error as Error).message, ...chat.complaints].join('\n'), { cause: error });
  } finally {
    await chat.close();
    // The next page lists none of them.
    await fetch(`${service.host.url}/chat/sessions`, { method: 'DELETE' });
  }
}
