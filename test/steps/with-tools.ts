import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Plugin } from 'esbuild';

const theirs = 'toolbox.toolsOf(';

/** Builds the service with the tools of `remoteToolbox`, whichever its assistants have; no line of it knows of this. */
export const withTools = withToolbox(resolve(import.meta.dirname, 'remote-toolbox.ts'));

/** @param toolbox a file that exports another `remoteToolbox` */
export function withToolbox(toolbox: string): Plugin {
  return {
    name: 'with-tools',
    setup(build) {
      build.onLoad({ filter: /conversation\/turn-prompt\.ts$/ }, async ({ path }) => {
        const source = await readFile(path, 'utf8');
        if (source.split(theirs).length !== 2) throw new Error(`tools are not asked for in ${path} once`);
        const replaced = source.replace(theirs, 'remoteToolbox.toolsOf(');
        return { contents: `import { remoteToolbox } from '${toolbox}';\n${replaced}`, loader: 'ts' };
      });
    },
  };
}
