import type { Locator } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { boxOf } from './box-of.ts';
import { bundlePage } from './bundle-page.ts';
import { violationsOf } from './violations.ts';
import { ChatPage, startWorld, type World } from './world.ts';

let world: World;
let html: string;
let chat: ChatPage;
beforeAll(async () => {
  [world, html] = await Promise.all([startWorld('memory'), bundlePage('two-panels')]);
});
afterAll(() => world.stop());
beforeEach(async () => {
  chat = await ChatPage.open(world);
  await chat.show(html);
  await fieldOf('Support').waitFor();
});
afterEach(async () => {
  expect(chat.complaints).toEqual([]);
  await chat.close();
});

type Name = 'Support' | 'Sales';
const panel = (name: Name) => chat.page.getByRole('region', { name, exact: true });
const fieldOf = (name: Name) => panel(name).getByRole('textbox', { name: 'Message' });
const answering = (name: Name) => panel(name).getByRole('button', { name: 'Stop' });
const hasKeyboard = (element: Locator) => eventually(() => chat.hasKeyboard(element));

async function beginAnswer(name: Name): Promise<void> {
  world.upstream.enqueue({ deltas: [`${name} begins`, world.upstream.gate()] });
  await fieldOf(name).fill('Tell me all');
  await fieldOf(name).press('Enter');
  await panel(name).getByText(`${name} begins`).waitFor();
}

const isStopped = (name: Name) => panel(name).getByText('Stopped.', { exact: true }).waitFor();

test('two panels on a page have landmarks of their own, ids of their own, and the one keyboard', async () => {
  await hasKeyboard(fieldOf('Sales'));
  await beginAnswer('Support');
  await hasKeyboard(fieldOf('Support'));
  await chat.page.keyboard.press('Escape');
  await isStopped('Support');
  await panel('Support').getByRole('button', { name: 'Edit message' }).click();
  const ids = await chat.page.locator('[id]').evaluateAll((all) => all.map(({ id }) => id));
  expect(ids.length).toBeGreaterThan(3);
  expect(new Set(ids).size).toBe(ids.length);
  expect(await chat.page.getByRole('region', { name: 'Messages' }).evaluateAll((all) => all.length)).toBe(2);
  expect(await violationsOf(chat.page)).toEqual([]);
});

test('Escape stops the answer of the panel that has the keyboard, and not the other one', async () => {
  await beginAnswer('Support');
  await beginAnswer('Sales');
  await fieldOf('Support').press('Escape');
  await isStopped('Support');
  expect(await answering('Sales').isEnabled()).toBe(true);
  // Now it is the only one.
  await fieldOf('Support').press('Escape');
  await isStopped('Sales');
});

test('elsewhere Escape stops the answer of the panel that was used last', async () => {
  await beginAnswer('Support');
  await beginAnswer('Sales');
  await panel('Support').getByText('Support begins').click();
  await chat.page.getByRole('button', { name: 'Elsewhere' }).focus();
  await chat.page.keyboard.press('Escape');
  await isStopped('Support');
  expect(await answering('Sales').isEnabled()).toBe(true);
  await hasKeyboard(chat.page.getByRole('button', { name: 'Elsewhere' }));
  await chat.page.keyboard.press('Escape');
  await isStopped('Sales');
});

test('an app arranges the parts of a panel in its own way, and adds parts of its own', async () => {
  await panel('Sales').getByRole('strong').getByText('us').waitFor();
  await panel('Sales').getByRole('button', { name: 'Costs' }).click();
  await panel('Sales').getByText('You said: What does it cost?').first().waitFor();
  await hasKeyboard(fieldOf('Sales'));
  expect(await panel('Support').getByText('What does it cost?').count()).toBe(0);
  const [field, list] = await Promise.all([
    boxOf(fieldOf('Sales')),
    boxOf(panel('Sales').getByRole('region', { name: 'Messages' })),
  ]);
  expect(field.y).toBeLessThan(list.y);
  // Nobody asked for ratings.
  expect(await chat.page.getByRole('button', { name: 'Good answer' }).count()).toBe(0);
});

test('a panel takes the keyboard out of no other field', async () => {
  await chat.page.addInitScript(() => {
    document.addEventListener('DOMContentLoaded', () => {
      const field = document.createElement('input');
      document.body.prepend(field);
      field.focus();
    });
  });
  await chat.show(html);
  await fieldOf('Sales').waitFor();
  await panel('Sales').getByText('Ask something to begin.').waitFor();
  await hasKeyboard(chat.page.locator('input'));
});
