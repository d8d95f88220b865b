import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

const keep = 'await audit.answered(spoken, finished, patienceMs(parts.leaseMs));';
const stored = 'stored = true;';

/** Builds the service so that a turn's record is written after its commit; no line of the service knows of this. */
export const lateRecord: Plugin = {
  name: 'sabotage-late-record',
  setup(build) {
    build.onLoad({ filter: /conversation\/turn\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      for (const text of [keep, stored]) {
        if (source.split(text).length !== 2) throw new Error(`sabotage: ${text} is not in ${path} once`);
      }
      return { contents: source.replace(keep, '').replace(stored, `${stored} ${keep}`), loader: 'ts' };
    });
  },
};
