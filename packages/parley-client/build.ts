import { execFileSync } from 'node:child_process';
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { build } from 'vite';

// npm run build: dist/, the JavaScript, types, source maps and styles that the package consists of.

const from = (path: string) => resolve(import.meta.dirname, path);
const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'));

rmSync(from('dist'), { recursive: true, force: true });
execFileSync(process.execPath, [resolve(typescript, 'bin/tsc'), '-p', from('tsconfig.build.json')], {
  stdio: 'inherit',
});
// The compiler rewrites what scripts import, but not what types import.
for (const path of globSync(from('dist/**/*.d.ts'))) {
  writeFileSync(
    path,
    readFileSync(path, 'utf8').replaceAll(/(from '\.[^']*|import\("\.[^"]*)\.tsx?(?=['"])/g, '$1.js'),
  );
}
// Its styles are one file, whatever they are made of.
const styles = readFileSync(from('src/react/parley-client.css'), 'utf8').replaceAll(/^@import "(.+)";$/gm, (_, path) =>
  readFileSync(resolve(from('src/react'), path), 'utf8'),
);
writeFileSync(from('dist/react/parley-client.css'), styles);
// Compilers look for types of what is imported for its effects alone, too.
writeFileSync(from('dist/react/parley-client.css.d.ts'), 'export {};\n');
writeFileSync(from('dist/element/styles.js'), `export const styles = ${JSON.stringify(styles)};\n`);

// The element for pages without a bundler: one file, with React in it.
await build({
  configFile: false,
  logLevel: 'warn',
  define: { 'process.env.NODE_ENV': '"production"' },
  build: {
    outDir: from('dist'),
    emptyOutDir: false,
    target: 'es2022',
    lib: { entry: from('dist/element/index.js'), formats: ['es'], fileName: 'parley-chat' },
    license: { fileName: 'parley-chat.licenses.md' },
    rolldownOptions: {
      // parley-client says `use client`, for servers that render.
      checks: { moduleLevelDirective: false },
      // A library is left readable otherwise.
      output: { minify: true, codeSplitting: false },
    },
  },
});
writeFileSync(from('dist/parley-chat.d.ts'), "export * from './element/index.js';\n");
