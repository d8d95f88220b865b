import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

interface Job {
  steps: { uses?: string; run?: string; with?: Record<string, string> }[];
}

test('the workflow deploys the package that it has tested, and builds no other', async () => {
  const { jobs }: { jobs: { check: Job; deploy: Job } } = parse(
    await readFile('.github/workflows/check-and-deploy.yml', 'utf8'),
  );
  const commands = ({ steps }: Job) => steps.flatMap(({ run }) => run ?? []).join('\n');
  const stepOf = ({ steps }: Job, action: string) => steps.find(({ uses }) => uses?.startsWith(`actions/${action}@`));
  expect(commands(jobs.check)).toMatch(/npm run check\nnpm run package$/);
  expect(stepOf(jobs.check, 'upload-artifact')?.with).toMatchObject({
    name: 'package',
    path: expect.stringContaining('parley.zip'),
  });
  expect(stepOf(jobs.deploy, 'download-artifact')?.with).toEqual({ name: 'package' });
  expect(commands(jobs.deploy)).toContain('azd deploy api --from-package parley.zip');
  expect(commands(jobs.deploy)).not.toMatch(/npm|azd (up|package)/);
});
