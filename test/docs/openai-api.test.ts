import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { startHost } from '../host/start-host.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';

const page = await readFile('docs/openai-api.md', 'utf8');
/** Each by the package that it begins with. */
const programs = Array.from(page.matchAll(/```ts\n(.*?from '(.*?)'.*?)```/gs), ([, program = '', name = '']) => ({
  name,
  program,
}));

test.each(programs)(
  'the lines of docs/openai-api.md for $name are a conversation of two turns',
  async ({ program }) => {
    const upstream = await ScriptedUpstream.start();
    const host = await startHost({ env: { OPENAI_BASE_URL: upstream.baseUrl, OPENAI_MODEL: 'scripted' } });
    try {
      const here = program.replaceAll('http://localhost:7071', host.url);
      const run = spawn(process.execPath, ['--input-type=module-typescript', '--eval', here], { stdio: 'inherit' });
      expect(await once(run, 'exit')).toEqual([0, null]);
      const asked = upstream.requests.map(({ body }) => (body['messages'] as { content: string }[]).slice(1));
      expect(asked.map((messages) => messages.map(({ content }) => content))).toEqual([
        ['Hello'],
        ['Hello', 'You said: Hello', 'And then?'],
      ]);
    } finally {
      await host.stop();
      await upstream.stop();
    }
  },
);

test('docs/openai-api.md says how three clients are pointed at Parley', () => {
  expect(programs.map(({ name }) => name)).toEqual(['openai', '@ai-sdk/openai', '@openai/agents']);
});
