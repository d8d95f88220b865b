import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);
const directory = '.cache/contract';

const use = `
import { Api } from './client.ts';
export async function talk(baseUrl: string) {
  const { chat } = new Api({ baseUrl });
  const { data: turn } = await chat.chat({ message: 'Hi', session_id: null });
  const text: string = turn.response;
  const tokens: number = turn.usage.total_tokens;
  const { data: history } = await chat.history({ sessionId: turn.session_id, limit: 10 });
  const last = history.messages.at(-1)?.content;
  await chat.feedback({ session_id: turn.session_id, turn_id: turn.turn_id, rating: 'up' });
  // @ts-expect-error a role is nothing that a client may send
  await chat.chat({ message: 'Hi', role: 'system' });
  // @ts-expect-error a message is needed
  await chat.chat({});
  // @ts-expect-error no answer has this
  return [text, tokens, last, turn.secret];
}
`;

test('a typed client is made from the contract, compiles, and refuses what the contract does not have', {
  timeout: 120_000,
}, async () => {
  await mkdir(directory, { recursive: true });
  await run('node_modules/.bin/swagger-typescript-api', [
    'generate',
    ...['--path', 'openapi.yaml', '--output', directory, '--name', 'client.ts'],
    ...['--generate-union-enums', '--extract-request-params', '--silent'],
  ]);
  await writeFile(`${directory}/use.ts`, use);
  const options = [
    '--noEmit',
    '--strict',
    '--ignoreConfig',
    '--module',
    'nodenext',
    '--target',
    'es2024',
    '--lib',
    'esnext,dom',
  ];
  const { stdout } = await run('node_modules/typescript/bin/tsc', [
    ...options,
    ...['--allowImportingTsExtensions', '--skipLibCheck', '--types', '', `${directory}/use.ts`],
  ]).catch((error: { stdout: string }) => error);
  expect(stdout).toBe('');
});
