import { execFileSync } from 'node:child_process';
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';

// npm run build: dist/, the JavaScript, types, source maps and styles that the package consists of.

const here = import.meta.dirname;
const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'));

rmSync(resolve(here, 'dist'), { recursive: true, force: true });
execFileSync(process.execPath, [resolve(typescript, 'bin/tsc'), '-p', resolve(here, 'tsconfig.build.json')], {
  stdio: 'inherit',
});
// The compiler rewrites what scripts import, but not what types import.
for (const path of globSync(resolve(here, 'dist/**/*.d.ts'))) {
  writeFileSync(
    path,
    readFileSync(path, 'utf8').replaceAll(/(from '\.[^']*|import\("\.[^"]*)\.tsx?(?=['"])/g, '$1.js'),
  );
}
// Its styles are one file, whatever they are made of.
const styles = resolve(here, 'src/react');
writeFileSync(
  resolve(here, 'dist/react/parley-client.css'),
  readFileSync(resolve(styles, 'parley-client.css'), 'utf8').replaceAll(/^@import "(.+)";$/gm, (_, path) =>
    readFileSync(resolve(styles, path), 'utf8'),
  ),
);
