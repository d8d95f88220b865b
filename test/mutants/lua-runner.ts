import { resolve } from 'node:path';
import { createVitest } from 'vitest/node';

export interface LuaRunner {
  /** The first test that fails while a script has another text; without one, while all have their own. */
  failedTest(changed?: { path: string; text: string }): Promise<string | undefined>;
  close(): Promise<void>;
}

/** They need the store, and no script would fail in them. */
const OF_THE_CONNECTION = /redis-(connection|credential)\.test/;

/** Runs the tests that use the scripts, again and again in one process. */
export async function createLuaRunner(files: string[]): Promise<LuaRunner> {
  const scripts = files.map((file) => resolve(file));
  let active: { path: string; text: string } | undefined;
  /** Comes after the plugin that makes modules of texts, and so has the last word. */
  const plugin = {
    name: 'lua-mutants',
    transform: (_code: string, id: string) =>
      id === active?.path ? `export default ${JSON.stringify(active.text)};` : undefined,
  };
  // The cache on disk would keep a script as it was first read.
  const options = { related: scripts, bail: 1, reporters: [{}], fsModuleCache: false };
  const vitest = await createVitest(
    'test',
    { config: 'test/mutants/vitest.config.ts', ...options },
    { plugins: [plugin] },
  );
  const related = await vitest.getRelevantTestSpecifications();
  const tests = related.filter(({ moduleId }) => !OF_THE_CONNECTION.test(moduleId));

  return {
    async failedTest(changed) {
      active = changed;
      for (const script of scripts) vitest.invalidateFile(script);
      vitest.state.filesMap.clear();
      const { testModules, unhandledErrors } = await vitest.runTestSpecifications(tests);
      const failed = testModules.flatMap((module) => [...module.children.allTests('failed')]);
      const broken = testModules.filter((module) => !module.ok()).map(({ moduleId }) => moduleId);
      return [...failed.map(({ fullName }) => fullName), ...broken, ...unhandledErrors.map(String)][0];
    },
    close: () => vitest.close(),
  };
}
