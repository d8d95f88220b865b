import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { readRecipe } from '../browser/examples/recipe.ts';

const files = await Promise.all(
  [
    { page: 'docs/embedding.md', heading: 'Vite and React', example: 'vite-react' },
    { page: 'docs/embedding.md', heading: 'Next', example: 'next' },
    { page: 'docs/embedding.md', heading: 'Without a framework', example: 'no-framework' },
    { page: 'docs/ai-sdk.md', heading: undefined, example: 'next' },
    { page: 'docs/assistant-ui.md', heading: undefined, example: 'next' },
  ].map(async ({ page, heading, example }) => {
    const steps = await readRecipe(page, heading);
    return steps.flatMap((step) =>
      'write' in step ? [{ page, text: step.text, path: `${example}/${step.write}` }] : [],
    );
  }),
);

test.each(files.flat())('what $page says to write is examples/$path', async ({ path, text }) => {
  expect(text).toBe(await readFile(`examples/${path}`, 'utf8'));
});

test('the docs have each file written that an example adds to what its maker made', () => {
  expect(files.flat().map(({ path }) => path)).toEqual([
    'vite-react/src/App.tsx',
    'vite-react/vite.config.ts',
    'next/app/chat.tsx',
    'next/app/page.tsx',
    'next/next.config.ts',
    'no-framework/index.html',
    'next/app/use-chat/page.tsx',
    'next/app/assistant-ui/page.tsx',
  ]);
});
