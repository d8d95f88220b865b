import type { Reporter, TestModule, TestRunEndReason } from 'vitest/node';

/** Ends the output of a run with its numbers in one line, for whatever reads only that. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>, errors: ReadonlyArray<unknown>, reason: TestRunEndReason): void {
    const states = modules.flatMap((module) => [...module.children.allTests()].map((test) => test.result().state));
    const count = (state: string) => states.filter((each) => each === state).length;
    // A file that cannot be loaded holds no tests that could fail, and neither does an error between tests.
    const broken = modules.filter((module) => module.state() === 'failed' && module.children.size === 0).length;
    const failed = count('failed') + broken + errors.length;
    process.on('exit', (status) => {
      // A run that broke as a whole, in its setup for one, has failed once.
      const failures = failed === 0 && status !== 0 ? 1 : failed;
      const interrupted = reason === 'interrupted' ? ', interrupted' : '';
      console.log(`${count('passed')} passed, ${failures} failed, ${count('skipped')} skipped${interrupted}`);
    });
  }
}
