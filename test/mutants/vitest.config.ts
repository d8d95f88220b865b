import { statSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { embeddedTextForVite } from '../../local/embedded-text.ts';

/** Most mutants fail in a small test: those come first, as the first failure ends a run. */
class SmallestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const size = ({ moduleId }: TestSpecification) => statSync(moduleId).size;
    return files.toSorted((one, other) => size(one) - size(other));
  }
}

// The suites that run in one process with what they test: a mutant is switched on there, and in no other.
export default defineConfig({
  plugins: [embeddedTextForVite],
  test: {
    include: ['test/{conversation,sessions}/**/*.test.ts'],
    // Wait for replicas and clusters, many seconds for each mutant.
    exclude: ['test/sessions/**/{redis-cluster,replicated}.test.ts'],
    sequence: { sequencer: SmallestFirst },
    maxWorkers: 1,
    // What the files share is loaded once a run.
    isolate: false,
    testTimeout: 8000,
    hookTimeout: 20_000,
  },
});
