import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { build, combinations, findBicep, infra, lint } from './bicep.ts';
import { takeSnapshots } from './snapshot.ts';

describe('the templates', () => {
  let bicep: string;
  beforeAll(async () => {
    bicep = await findBicep();
  }, 300_000);

  test('compile without an error or a warning', async () => {
    expect(await build(bicep, infra, 'main.bicep')).toEqual([]);
  });

  test('pass every rule of the linter with each combination of parameters', async () => {
    const findings = await lint(bicep, infra, '**/*.bicepparam');
    expect(findings).toEqual([...(await combinations()).keys()].map(() => []));
  });

  test('switch no rule of the linter off, and silence none', async () => {
    const { analyzers } = JSON.parse(await readFile(join(infra, 'bicepconfig.json'), 'utf8'));
    const levels: { level: string }[] = Object.values(analyzers.core.rules);
    expect(levels.length).toBeGreaterThan(50);
    expect(new Set(levels.map(({ level }) => level))).toEqual(new Set(['error']));
    const files = (await readdir(infra, { recursive: true })).filter((file) => /\.bicep(param)?$/.test(file));
    expect(files.length).toBeGreaterThan(20);
    for (const file of files) expect(await readFile(join(infra, file), 'utf8'), file).not.toContain('#disable');
  });

  test('would be found out: an unknown property, an unused parameter or an old version in a module', async () => {
    await withCopy(async (copy) => {
      const spoil = async (module: string, text: string, fault: string) => {
        const file = join(copy, 'modules', module);
        await writeFile(file, (await readFile(file, 'utf8')).replace(text, fault));
      };
      await spoil('storage.bicep', 'allowSharedKeyAccess', 'allowSharedKeyAcess');
      await spoil('openai.bicep', '@description', "@description('Unused')\nparam unused string\n\n@description");
      await spoil('function-app.bicep', 'sites@2025-03-01', 'sites@2022-03-01');
      const findings = (await lint(bicep, copy, 'main.bicepparam')).flat().join('\n');
      for (const rule of ['BCP037', 'no-unused-params', 'use-recent-api-versions']) expect(findings).toContain(rule);
    });
  });

  test.each([
    ["param authMode = 'easyauth'", 'authMode easyauth needs entraClientId'],
    ["param authMode = 'jwt'", 'authMode jwt needs authIssuer'],
    ["param authMode = 'jwt'\nparam authIssuer = 'https://x'", 'authMode jwt needs authAudience'],
  ])('refuse %j before anything is made', async (parameters, complaint) => {
    await withCopy(async (copy) => {
      const file = join(copy, 'half.bicepparam');
      await writeFile(file, `using 'main.bicep'\n${parameters}\n`);
      await expect(takeSnapshots(bicep, [file])).rejects.toThrow(complaint);
    });
  });
});

async function withCopy(use: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'infra-'));
  try {
    await cp(infra, directory, { recursive: true });
    await use(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}
