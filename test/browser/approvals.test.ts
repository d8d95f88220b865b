import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Client } from '../end-to-end/client.ts';
import { eventually } from '../eventually.ts';
import { comesBack } from './comes-back.ts';
import { calling, lost, openShop, returned, type Shop } from './shop.ts';
import { ChatPage, type StoreKind } from './world.ts';

describe.each<StoreKind>(['memory', 'redis'])('a call that has to be approved, with sessions in %s,', (store) => {
  let world: Shop;
  let tools: Shop['tools'];
  let chat: ChatPage;
  let client: Client;

  beforeAll(async () => {
    world = await openShop(store);
    ({ tools } = world);
    client = new Client(world.host.url);
  });
  afterAll(() => world.stop());
  beforeEach(async () => {
    tools.calls.length = 0;
    tools.answer = () => returned('Done.');
    chat = await ChatPage.open(world);
    await chat.isIdle();
  });
  afterEach(async () => {
    expect(chat.complaints).toEqual([]);
    await chat.close();
    world.upstream.clear();
    await client.delete('/chat/sessions');
  });

  const refund: [string, object] = ['refund', { order: '4711', amount: 99 }];
  const cancel: [string, object] = ['cancel', { order: '4712' }];
  const isAsked = async (...calls: [string, object][]) => {
    world.upstream.enqueue(calling('May I?', ...calls));
    await chat.send('Please.');
    await chat.approval.waitFor();
  };
  const button = (name: string, at = 0) => chat.approval.getByRole('button', { name, exact: true }).nth(at);
  const decision = (of = chat) => of.list.locator('.parley-decision');
  // What has just come into a list has no text until it is laid out.
  const isDecided = (text: string) => eventually(async () => (await decision().innerText()) === text);
  /** What tools were called for. */
  const done = () => tools.calls.map(({ tool }) => tool);
  const approvalsOf = () => chat.asked.map(({ body }) => body['approve']).filter((approve) => approve !== undefined);
  const isDone = async (...texts: string[]) => {
    for (const text of texts) await chat.list.getByText(text, { exact: true }).first().waitFor();
    await chat.isIdle();
    await chat.isLaidOut();
  };

  test('is shown with all that it is given, and made once its user allows it, by one press', async () => {
    await isAsked(refund);
    await chat.approval.getByRole('heading', { name: 'Allow orders/refund?' }).waitFor();
    expect(await chat.approval.getByRole('group', { name: 'Input' }).textContent()).toBe(
      '{\n  "order": "4711",\n  "amount": 99\n}\n',
    );
    expect(done()).toEqual([]);
    // What nobody has decided on has no answer that could be asked for again.
    expect(await chat.buttonOf(1, 'Regenerate').count()).toBe(0);
    world.upstream.enqueue({ deltas: ['It is on its way.'] });
    await button('Allow').click();
    await isDone('It is on its way.');
    expect(done()).toEqual(['refund']);
    expect(approvalsOf()).toEqual([[{ id: expect.any(String), decision: 'yes' }]]);
    const shown = async () => {
      await isDecided('You allowed orders/refund.');
      expect(await chat.steps.count()).toBe(2);
      expect(await chat.step('Asked to use orders/refund').count()).toBe(1);
      expect(await chat.step('Used orders/refund').count()).toBe(1);
      expect(await chat.approval.count()).toBe(0);
      // Of the decision there is nothing to edit, and of its answer no other one.
      expect(await decision().getByRole('button').count()).toBe(0);
      expect(await chat.buttonOf(1, 'Regenerate').count()).toBe(1);
      expect(await chat.buttonOf(3, 'Regenerate').count()).toBe(0);
      expect(await chat.buttonOf(3, 'Good answer').count()).toBe(1);
    };
    await shown();
    await chat.page.reload();
    await decision().waitFor();
    await chat.isIdle();
    await shown();
  });

  test('is not made where its user does not allow it', async () => {
    await isAsked(refund);
    world.upstream.enqueue({ deltas: ['Then not.'] });
    await button('Don’t allow').click();
    await isDone('Then not.');
    await isDecided('You did not allow orders/refund.');
    expect(await chat.steps.allInnerTexts()).toEqual(['Asked to use orders/refund', 'Not allowed: orders/refund']);
    expect(done()).toEqual([]);
  });

  test('waits over a reload, and takes no keyboard from the message field', async () => {
    await isAsked(refund);
    expect(await chat.hasKeyboard(chat.input)).toBe(true);
    await chat.page.reload();
    await chat.approval.waitFor();
    world.upstream.enqueue({ deltas: ['It is on its way.'] });
    await button('Allow').focus();
    await chat.page.keyboard.press('Enter');
    await isDone('It is on its way.');
    expect(done()).toEqual(['refund']);
    expect(await chat.hasKeyboard(chat.input)).toBe(true);
  });

  test('is told to screen readers, with what the answer says, and leads to by keyboard from the message field', async () => {
    await isAsked(refund);
    await chat.page
      .getByRole('status')
      .filter({ hasText: 'Assistant said: May I? Your approval is needed: orders/refund' })
      .waitFor();
    expect(await chat.hasKeyboard(chat.input)).toBe(true);
    await chat.page.keyboard.press('Shift+Tab');
    expect(await chat.hasKeyboard(button('Don’t allow'))).toBe(true);
    await chat.page.keyboard.press('Shift+Tab');
    expect(await chat.hasKeyboard(button('Allow'))).toBe(true);
  });

  test('is one of several, each of which is decided by itself, and sent when all are', async () => {
    await isAsked(refund, cancel);
    await chat.approval.getByRole('heading', { name: 'Allow these 2 calls?' }).waitFor();
    const groups = chat.approval.getByRole('group', { name: /^orders/ });
    expect(await groups.evaluateAll((all) => all.map((each) => each.querySelector('p')?.textContent))).toEqual([
      'orders/refund',
      'orders/cancel',
    ]);
    await button('Don’t allow').click();
    await button('Allow').click();
    await button('Don’t allow').click();
    expect(await button('Don’t allow').getAttribute('aria-pressed')).toBe('true');
    expect(await button('Allow').getAttribute('aria-pressed')).toBe('false');
    expect(approvalsOf()).toEqual([]);
    world.upstream.enqueue({ deltas: ['One of them.'] });
    await button('Allow', 1).click();
    await isDone('One of them.');
    expect(done()).toEqual(['cancel']);
    expect(approvalsOf()).toMatchObject([[{ decision: 'no' }, { decision: 'yes' }]]);
    await isDecided('You allowed orders/cancel. You did not allow orders/refund.');
  });

  test.each([
    ['Allow all', ['cancel', 'refund'], 'You allowed orders/refund and orders/cancel.'],
    ['Don’t allow any', [], 'You did not allow orders/refund and orders/cancel.'],
  ])('is decided with all others by %s', async (name, made, told) => {
    await isAsked(refund, cancel);
    world.upstream.enqueue({ deltas: ['So be it.'] });
    await button(name).click();
    await isDone('So be it.');
    expect(done().sort()).toEqual(made);
    await isDecided(told);
  });

  test('is declined by a message, which the message field says', async () => {
    await isAsked(refund);
    const hint = chat.page.getByText('A message declines what waits for your approval.');
    expect(await chat.input.getAttribute('aria-describedby')).toBe(await hint.getAttribute('id'));
    world.upstream.enqueue({ deltas: ['All right.'] });
    await chat.ask('Never mind.');
    expect(done()).toEqual([]);
    expect(await chat.approval.count()).toBe(0);
    expect(await hint.count()).toBe(0);
    const shown = ['Asked to use orders/refund', 'Not allowed: orders/refund'];
    await chat.page.reload();
    await eventually(async () => JSON.stringify(await chat.steps.allInnerTexts()) === JSON.stringify(shown));
  });

  test('gets back to its field what waited behind the answer that asks for it', async () => {
    const gate = world.upstream.gate();
    const script = calling('May I?', refund);
    world.upstream.enqueue({ ...script, deltas: ['May I?', gate] });
    await chat.send('Please.');
    await chat.list.getByText('May I?').waitFor();
    await chat.sendLater('And then?');
    await chat.queued.waitFor();
    gate.open();
    await chat.approval.waitFor();
    await eventually(async () => (await chat.input.inputValue()) === 'And then?');
    expect(chat.asked).toHaveLength(1);
  });

  test('that another tab has decided on is shown so, when its user comes back', async () => {
    await isAsked(refund);
    const other = await chat.openTab(`#${chat.sessionId}`);
    await other.approval.waitFor();
    world.upstream.enqueue({ deltas: ['It is on its way.'] });
    await other.button('Allow').click();
    await other.list.getByText('It is on its way.').waitFor();
    await comesBack(chat, async () => (await decision().count()) === 1);
    expect(await chat.approval.count()).toBe(0);
    expect(done()).toEqual(['refund']);
    await other.page.close();
  });

  test.each([
    ['has been answered', false],
    ['is being answered', true],
  ])(
    'that waits no longer, as what another tab decided %s, is told in plain words, and is not made again',
    async (_, isHeld) => {
      await isAsked(refund);
      const other = await chat.openTab(`#${chat.sessionId}`);
      await other.approval.waitFor();
      const gate = world.upstream.gate();
      world.upstream.enqueue({ deltas: isHeld ? ['It is ', gate, 'on its way.'] : ['It is on its way.'] });
      await other.button('Allow').click();
      await other.list.getByText('It is').waitFor();
      if (!isHeld) await other.isIdle();
      await button('Don’t allow').click();
      await chat.notice.filter({ hasText: 'This no longer waits for a decision' }).waitFor();
      gate.open();
      await isDone('It is on its way.');
      await isDecided('You allowed orders/refund.');
      expect(await chat.alert.count()).toBe(0);
      expect(done()).toEqual(['refund']);
      await other.page.close();
    },
  );

  test('whose decision fails may be decided again: by its own key, and with nothing done twice', async () => {
    await isAsked(refund);
    world.upstream.enqueue({ deltas: ['It'], ending: 'cut' });
    await button('Allow').click();
    await chat.alert.waitFor();
    await isDecided('You allowed orders/refund.');
    world.upstream.enqueue({ deltas: ['It is on its way.'] });
    await chat.button('Try again').click();
    await isDone('It is on its way.');
    expect(done()).toEqual(['refund']);
    const keys = chat.asked.filter(({ body }) => body['approve']).map(({ key }) => key);
    expect(new Set(keys).size).toBe(1);
  });

  test('of which nobody knows whether it was done is told by its name, dismissed, and not asked for again', async () => {
    tools.answer = () => lost;
    await isAsked(refund);
    await button('Allow').click();
    await chat.alert.waitFor();
    expect(await chat.alert.innerText()).toBe(
      'It is not known whether orders/refund did its work. Look there before you ask again.',
    );
    await chat.page.reload();
    await chat.alert.waitFor();
    expect(await chat.alert.innerText()).toContain('orders/refund');
    expect(await chat.button('Try again').count()).toBe(0);
    await chat.button('Dismiss').click();
    expect(await chat.approval.count()).toBe(0);
    await eventually(async () => (await chat.steps.allInnerTexts()).join() === 'Asked to use orders/refund');
    expect(await chat.input.inputValue()).toBe('');
    world.upstream.enqueue({ deltas: ['Please look.'] });
    await chat.ask('And now?');
    expect(done()).toEqual(['refund']);
  });

  test('that was made is not offered again where the answer behind it failed and is given up', async () => {
    await isAsked(refund);
    world.upstream.enqueue({ status: 400, body: { error: { message: 'no' } } });
    await button('Allow').click();
    await chat.alert.waitFor();
    await chat.page.locator('.parley-failure button').last().click();
    expect(await chat.approval.count()).toBe(0);
    expect(done()).toEqual(['refund']);
  });

  test('shows what would turn its direction as what it is', async () => {
    await isAsked(['refund', { to: '\u202ebob\u202c', amount: 1 }]);
    expect(await chat.approval.getByRole('group', { name: 'Input' }).textContent()).toContain('"\\u202ebob\\u202c"');
  });
});
