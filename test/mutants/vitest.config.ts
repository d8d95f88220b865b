import { statSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { embeddedTextForVite } from '../../local/embedded-text.ts';

/** Small files, but long runs: leases that end, and the contract of the stores. */
const LONG =
  /(?:lease|lease-renewals|connection|credential|replicated|session-store|limits|follow|repeat-turn|patience)\.test/;

/** Most mutants fail in a small test: those come first, as the first failure ends a run. */
class SmallestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => statSync(moduleId).size + (LONG.test(moduleId) ? 1e6 : 0);
    return files.toSorted((one, other) => rank(one) - rank(other));
  }
}

// The suites that run in one process with what they test: a mutant is switched on there, and in no other.
export default defineConfig({
  plugins: [embeddedTextForVite],
  test: {
    include: ['test/{conversation,sessions}/**/*.test.ts', 'test/settings.test.ts'],
    // Holds the stores to what they are held to elsewhere, many seconds for each mutant.
    exclude: ['test/sessions/redis-cluster.test.ts'],
    sequence: { sequencer: SmallestFirst },
    maxWorkers: 1,
    // What the files share is loaded once a run.
    isolate: false,
    testTimeout: 15_000,
    hookTimeout: 20_000,
  },
});
