import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { eventually } from '../eventually.ts';
import { type LocalHost, startHost } from '../host/start-host.ts';
import { RedisServer } from '../redis/redis-server.ts';
import { TcpProxy } from '../redis/tcp-proxy.ts';
import type { Script } from '../upstream/script.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { openBrowser } from './open-browser.ts';

/** An answer that breaks off: the turn fails at once, and may be tried again. */
export const breaksOff: Script = { deltas: ['Well'], ending: 'cut' };

export type StoreKind = 'memory' | 'redis';

/** All that a page needs to be tried: the service on a store, a model that says what it is told, a network to break. */
export interface World {
  upstream: ScriptedUpstream;
  host: LocalHost;
  /** Between the browser and the service. */
  network: TcpProxy;
  browser: Browser;
  /** The chat page's address. */
  url: string;
  stop(): Promise<void>;
}

/** The app as it was built, and what its model says where nothing is enqueued. */
export interface WorldApp {
  bundle: string;
  respond: ScriptedUpstream['respond'];
}

export async function startWorld(
  store: StoreKind,
  env: Record<string, string> = {},
  { bundle, respond }: Partial<WorldApp> = {},
): Promise<World> {
  const [upstream, redis, browser] = await Promise.all([
    ScriptedUpstream.start(respond),
    store === 'redis' ? RedisServer.start() : undefined,
    openBrowser(),
  ]);
  const host = await startHost({
    ...(bundle && { bundle }),
    env: {
      OPENAI_BASE_URL: upstream.baseUrl,
      OPENAI_MODEL: 'scripted',
      ...(redis ? { REDIS_URL: redis.url } : {}),
      ...env,
    },
  });
  const network = await TcpProxy.start(Number(new URL(host.url).port));
  return {
    ...{ upstream, host, network, browser },
    url: `http://127.0.0.1:${network.port}/chat`,
    async stop() {
      await Promise.all(browser.contexts().map(closeContext));
      await browser.close();
      await network.stop();
      await host.stop();
      await Promise.all([upstream.stop(), redis?.stop()]);
    },
  };
}

/** The chat page as its user sees it. */
export class ChatPage {
  readonly page: Page;
  /** What the page complained of, or was refused by its content security policy. */
  readonly complaints: string[] = [];
  /** `POST /chat/stream`: key and body of each that was sent. */
  readonly asked: { key: string | undefined; body: Record<string, unknown> }[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('console', (message) => {
      // A request that fails is told there too; that is what the page itself deals with.
      if (/^(error|warning)$/.test(message.type()) && !message.text().startsWith('Failed to load resource')) {
        this.complaints.push(`${message.text()} (${message.location().url}:${message.location().lineNumber})`);
      }
    });
    page.on('request', (request) => {
      if (request.method() !== 'POST' || !request.url().endsWith('/chat/stream')) return;
      this.asked.push({ key: request.headers()['idempotency-key'], body: request.postDataJSON() });
    });
  }

  static async open(
    world: Pick<World, 'browser' | 'url'>,
    options: BrowserContextOptions = {},
    hash = '',
  ): Promise<ChatPage> {
    const context = await world.browser.newContext(options);
    context.setDefaultTimeout(15_000);
    const chat = new ChatPage(await context.newPage());
    await chat.page.goto(world.url + hash);
    return chat;
  }

  /** Shows another page in its place, which comes from where the service is. */
  async show(html: string): Promise<void> {
    const url = new URL('/fixture', this.page.url()).href;
    await this.page.unroute(url);
    await this.page.route(url, (route) => route.fulfill({ contentType: 'text/html', body: html }));
    await this.page.goto(url);
  }

  /** Another tab of the same browser. */
  async openTab(hash = ''): Promise<ChatPage> {
    const chat = new ChatPage(await this.page.context().newPage());
    await chat.page.goto(new URL(this.page.url()).origin + new URL(this.page.url()).pathname + hash);
    return chat;
  }

  get input(): Locator {
    return this.page.getByRole('textbox', { name: 'Message', exact: true });
  }

  /** Where a message that was sent is written anew. */
  get editor(): Locator {
    return this.page.getByRole('textbox', { name: 'Edited message', exact: true });
  }

  get notice(): Locator {
    return this.page.locator('.parley-notices p');
  }

  /** What the messages are in, and are scrolled in. */
  get list(): Locator {
    return this.page.getByRole('region', { name: 'Messages' });
  }

  get messages(): Locator {
    return this.list.locator('.parley-list > .parley-message');
  }

  /** What waits for the answer that is on its way. */
  get queued(): Locator {
    return this.page.locator('.parley-queued p');
  }

  /** Calls of tools, in a line each. */
  get steps(): Locator {
    return this.list.locator('.parley-step > button');
  }

  /** Those that say this, and perhaps how long they took. */
  step(text: string): Locator {
    return this.steps.filter({ hasText: text });
  }

  /** Where it is asked what is to become of calls. */
  get approval(): Locator {
    return this.list.locator('.parley-approval');
  }

  /** All that the gauge below the message field has to say. */
  async usage(): Promise<string | null> {
    return await this.page.locator('.parley-gauge button').getAttribute('aria-label');
  }

  get alert(): Locator {
    return this.page.getByRole('alert');
  }

  /** Where the words are written that are searched in the list. */
  get search(): Locator {
    return this.page.getByRole('searchbox', { name: 'Search conversations' });
  }

  /** What the conversation that is shown is called. */
  get title(): Locator {
    return this.page.getByRole('heading', { level: 1 });
  }

  get sessions(): Locator {
    return this.page.getByRole('navigation').getByRole('listitem');
  }

  /** Does something with a conversation of the list, by its menu. */
  async choose(title: string, action: string): Promise<void> {
    await this.button(`Actions for ${title}`).click();
    await this.page.getByRole('menuitem', { name: action, exact: true }).click();
  }

  /** Deletes a conversation of the list, and says yes to it. */
  async remove(title: string): Promise<void> {
    await this.choose(title, 'Delete');
    await this.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  }

  /** Where the messages begin that the model is shown as they are. */
  get summaryNote(): Locator {
    return this.page.getByRole('listitem').filter({ hasText: 'The assistant knows earlier messages only in summary.' });
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  get sessionId(): string {
    return new URL(this.page.url()).hash.slice(1);
  }

  /** Of the message at that place, counted from 0. */
  buttonOf(place: number, name: string): Locator {
    return this.messages.nth(place).getByRole('button', { name, exact: true });
  }

  async hasKeyboard(element: Locator): Promise<boolean> {
    return await element.evaluate((each) => each.matches(':focus'));
  }

  /** Sends another text in place of the user's message at that place. */
  async edit(place: number, text: string): Promise<void> {
    await this.buttonOf(place, 'Edit message').click();
    await this.editor.fill(text);
    await this.editor.press('Enter');
  }

  /** Writes a message and sends it, without waiting for its answer. */
  async send(message: string): Promise<void> {
    await this.input.fill(message);
    // Until what is stored is read, Enter sends nothing, and the message stays where it is.
    await this.page.locator('.parley-composer [type=submit]:enabled').waitFor();
    await this.input.press('Enter');
  }

  /** Writes the next message while an answer is under way. */
  async sendLater(message: string): Promise<void> {
    await this.input.fill(message);
    await this.button('Send after this answer').waitFor();
    await this.input.press('Enter');
  }

  /** Sends a message, and waits until its answer is there and the next one can be sent. */
  async ask(message: string): Promise<void> {
    const before = await this.messages.count();
    await this.send(message);
    await this.messages.nth(before + 1).waitFor();
    await this.isIdle();
  }

  async isIdle(): Promise<void> {
    await this.page.locator('.parley-list:not(.parley-busy)').waitFor({ state: 'attached' });
  }

  /** What the messages say, without their buttons. */
  async texts(): Promise<string[]> {
    const texts = this.messages.locator('.parley-verbatim, .parley-markdown');
    // What is out of sight is not laid out, and has no inner text.
    return (await texts.allTextContents()).map((text) => text.trim());
  }

  /** Until the newest message is laid out: what has just come has no inner text before that. */
  async isLaidOut(): Promise<void> {
    const newest = this.messages.last();
    await eventually(() =>
      newest.evaluate(({ firstElementChild: part }) => part?.checkVisibility({ contentVisibilityAuto: true })),
    );
  }

  /** Whether anything reaches over the edge of the page, where it is cut off. */
  async isTooWide(): Promise<boolean> {
    return await this.page.locator('html').evaluate(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth);
  }

  async close(): Promise<void> {
    await closeContext(this.page.context());
  }
}

/** A request that a test's route is still fetching fails with its page: that is no failure of the test. */
async function closeContext(context: BrowserContext): Promise<void> {
  await Promise.all(context.pages().map((page) => page.unrouteAll({ behavior: 'ignoreErrors' })));
  await context.close();
}
