import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { Client } from '../end-to-end/client.ts';
import { ChatPage, startWorld, type World } from './world.ts';

let world: World;
let chat: ChatPage;
let client: Client;

beforeAll(async () => {
  world = await startWorld('memory');
  client = new Client(world.host.url);
});
afterAll(() => world.stop());
beforeEach(async () => {
  await client.delete('/chat/sessions');
  chat = await ChatPage.open(world);
  await chat.isIdle();
});
afterEach(async () => {
  expect(chat.complaints).toEqual([]);
  await chat.close();
});

/** The file that is made of a conversation of the list. */
async function exported(title: string, action: string): Promise<{ name: string; text: string }> {
  const downloading = chat.page.waitForEvent('download');
  await chat.choose(title, action);
  const download = await downloading;
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') };
}

test('a conversation is saved as Markdown, its answers as they were written', async () => {
  const answer = '| a |\n|---|\n| *b* |';
  world.upstream.enqueue({ deltas: [answer] });
  await chat.ask('Make a table');
  const { name, text } = await exported('Make a table', 'Export as Markdown');
  const { messages } = await (await client.get(`/chat/history/${chat.sessionId}`)).json();
  const [asked, said] = messages.map(({ timestamp }: { timestamp: string }) => timestamp);
  expect(name).toBe('Make a table.md');
  expect(text).toBe(
    `# Make a table\n\n## You\n\n_${asked}_\n\nMake a table\n\n## Assistant\n\n_${said}_\n\n${answer}\n`,
  );
});

test('a conversation is saved as JSON, as it is in an export of all of them', async () => {
  await chat.ask('About cats');
  await chat.ask('More of them');
  const { name, text } = await exported('About cats', 'Export as JSON');
  expect(name).toBe('About cats.json');
  const all = await (await client.get('/chat/export')).text();
  // Which model answered is the export's alone.
  expect(JSON.parse(text)).toEqual(JSON.parse(all, (name, value) => (name === 'answered_by' ? undefined : value)));
});

test('a long one is saved whole', async () => {
  const { session_id } = await client.chat({ message: 'turn 1' });
  for (let turn = 2; turn <= 120; turn += 1) await client.chat({ session_id, message: `turn ${turn}` });
  await chat.page.reload();
  const { messages } = JSON.parse((await exported('turn 1', 'Export as JSON')).text);
  const asked = messages.filter(({ role }: { role: string }) => role === 'user');
  expect(asked.map(({ content }: { content: string }) => content)).toEqual(
    Array.from({ length: 120 }, (_, turn) => `turn ${turn + 1}`),
  );
  expect(messages).toHaveLength(240);
});

test.each([
  ['../etc/passwd', 'etc passwd.md'],
  ['Is <a|b>: "c"? *\\*', 'Is a b c.md'],
  ['.hidden.', 'hidden.md'],
  ['日本の猫 🐈', '日本の猫 🐈.md'],
  ['\u202egpj.exe', 'gpj.exe.md'],
  ['???', 'Untitled.md'],
])('the file of one that is called %j is called %j', async (title, expected) => {
  const { session_id } = await client.chat({ message: 'About cats' });
  await client.patch(`/chat/history/${session_id}`, { title });
  await chat.page.reload();
  await chat.sessions.first().getByRole('button').nth(1).click();
  const downloading = chat.page.waitForEvent('download');
  await chat.page.getByRole('menuitem', { name: 'Export as Markdown' }).click();
  expect((await downloading).suggestedFilename()).toBe(expected);
});

test('that it could not be read is told', async () => {
  await chat.ask('About cats');
  await chat.page.route('**/chat/history/*', (route) => route.fulfill({ status: 503 }));
  await chat.choose('About cats', 'Export as JSON');
  await chat.alert.waitFor();
  expect(await chat.alert.innerText()).toBe(
    'The conversation could not be exported: The service could not be used just now.',
  );
});
