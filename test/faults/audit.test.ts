import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';

async function run(...options: string[]): Promise<{ status: number; output: string }> {
  const child = spawn(process.execPath, ['test/faults/audit.ts', ...options], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [output, [status]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return { status, output };
}

test('no turn is stored without a record, and no record is of nothing, whatever fails', {
  timeout: 120_000,
}, async () => {
  const { status, output } = await run('--turns', '100');
  expect(output).toContain('unrecorded: 0');
  expect([status, output]).toEqual([0, expect.stringMatching(/\nsound\n$/)]);
});

test('the run finds that records are written after the commit', { timeout: 120_000 }, async () => {
  const { status, output } = await run('--turns', '200', '--sink', 'file', '--sabotage');
  expect(output).toMatch(/unrecorded: [1-9]/);
  expect(status).toBe(1);
});
