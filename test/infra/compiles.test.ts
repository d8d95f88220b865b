import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { build, buildAsAUser, combinations, findBicep, infra, lint, type Template, withCopy } from './bicep.ts';
import { takeSnapshots } from './snapshot.ts';

// The compiler takes a second on a machine of its own.
describe('the templates', { timeout: 120_000 }, () => {
  let bicep: string;
  beforeAll(async () => {
    bicep = await findBicep();
  }, 300_000);

  test('compile without an error or a warning', async () => {
    expect(await build(bicep, infra, 'main.bicep')).toEqual([]);
  });

  // azd brings a Bicep of its own, from 0.41 to 0.45 in 2026; 0.47.16 is the oldest that can be had as a package, which is
  // for this kind of machine.
  test.skipIf(process.platform !== 'linux' || process.arch !== 'x64').each(['0.49.2', '0.47.16'])(
    'compile without an error or a warning with Bicep %s',
    async (version) => {
      expect(await build(await findBicep(version), infra, 'main.bicep')).toEqual([]);
    },
  );

  test('pass every rule of the linter with each combination of parameters', async () => {
    const findings = await lint(bicep, infra, '**/*.bicepparam');
    expect(findings).toEqual([...(await combinations()).keys()].map(() => []));
  });

  test('silence no rule of the linter, and switch off only the one that an unchanged file breaks as time goes by', async () => {
    const { analyzers } = JSON.parse(await readFile(join(infra, 'bicepconfig.json'), 'utf8'));
    const rules: [string, { level: string }][] = Object.entries(analyzers.core.rules);
    expect(rules.length).toBeGreaterThan(50);
    const levels = rules.map(([rule, { level }]) => [level, rule === 'use-recent-api-versions' ? rule : 'any other']);
    expect(Object.fromEntries(levels)).toEqual({ warning: 'any other', off: 'use-recent-api-versions' });
    const files = (await readdir(infra, { recursive: true })).filter((file) => /\.bicep(param)?$/.test(file));
    expect(files.length).toBeGreaterThan(20);
    for (const file of files) expect(await readFile(join(infra, file), 'utf8'), file).not.toContain('#disable');
  });

  test('would be found out: an unknown property or an unused parameter in a module', async () => {
    await withFaults(async (copy) => {
      const findings = (await lint(bicep, copy, 'main.bicepparam')).flat().join('\n');
      for (const rule of ['BCP037', 'no-unused-params']) expect(findings).toContain(rule);
    });
  });

  test('can be deployed with a newer Bicep that has something to say of them', async () => {
    await withFaults(async (copy) => void (await buildAsAUser(bicep, copy)));
  });

  test('let the identity into everything before the app needs it', async () => {
    const { resources } = await buildAsAUser(bicep, infra);
    const before = resources['functionApp']?.dependsOn ?? [];
    // It grows while it is read.
    for (const name of before) {
      before.push(...(resources[name]?.dependsOn ?? []).filter((other) => !before.includes(other)));
    }
    const access = ['storage', 'monitoring', 'managedRedisAccess', 'openAiAccess', 'keyVaultAccess'];
    expect(before).toEqual(expect.arrayContaining(access));
  });

  test('keep the app’s settings, with its keys, out of the history of deployments', async () => {
    const isAppWithSettings = ({ parameters }: Template) => 'settings' in parameters;
    const main = await buildAsAUser(bicep, infra);
    const modules = Object.values(main.resources).flatMap(({ properties }) => properties?.template ?? []);
    const taking = [main, ...modules].filter(isAppWithSettings);
    expect(taking.map(({ parameters }) => parameters['settings']?.type)).toEqual(['secureObject', 'secureObject']);
  });

  test.each([
    ["param authMode = 'easyauth'", 'authMode easyauth needs entraClientId'],
    ["param authMode = 'jwt'", 'authMode jwt needs authIssuer'],
    ["param authMode = 'jwt'\nparam authIssuer = 'https://x'", 'authMode jwt needs authAudience'],
    ['param budgetAmount = 10', 'budgetAmount needs budgetStart'],
  ])('refuse %j before anything is made', async (parameters, complaint) => {
    await withCopy(async (copy) => {
      const file = join(copy, 'half.bicepparam');
      await writeFile(file, `using 'main.bicep'\n${parameters}\n`);
      await expect(takeSnapshots(bicep, [file])).rejects.toThrow(complaint);
    });
  });
});

/** Two that the linter finds, and a version that is old. */
function withFaults(use: (directory: string) => Promise<void>): Promise<void> {
  return withCopy(async (copy) => {
    const spoil = async (module: string, text: string, fault: string) => {
      const file = join(copy, 'modules', module);
      await writeFile(file, (await readFile(file, 'utf8')).replace(text, fault));
    };
    await spoil('storage.bicep', 'allowSharedKeyAccess', 'allowSharedKeyAcess');
    await spoil('openai.bicep', '@description', "@description('Unused')\nparam unused string = ''\n\n@description");
    await spoil('function-app.bicep', 'sites@2024-11-01', 'sites@2022-03-01');
    await use(copy);
  });
}
