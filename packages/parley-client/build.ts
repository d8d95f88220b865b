import { execFileSync } from 'node:child_process';
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, resolve } from 'node:path';
import { build, type Plugin } from 'vite';

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

// The element for pages without a bundler: one file, with React in it; and beside it the one that it loads once an answer
// has a formula.
const formulasBeside: Plugin = {
  name: 'formulas-beside',
  enforce: 'pre',
  resolveId: (source) =>
    source.endsWith('/formula-of.js') && !isAbsolute(source)
      ? { id: './parley-chat-formulas.js', external: true }
      : undefined,
};
const files = [
  { name: 'parley-chat', entry: from('dist/element/index.js') },
  { name: 'parley-chat-formulas', entry: from('dist/react/markdown/formula-of.js') },
];
for (const { name, entry } of files) {
  await build({
    configFile: false,
    logLevel: 'warn',
    plugins: [formulasBeside],
    define: { 'process.env.NODE_ENV': '"production"' },
    build: {
      outDir: from('dist'),
      emptyOutDir: false,
      target: 'es2022',
      lib: { entry, formats: ['es'], fileName: name },
      license: { fileName: `${name}.licenses.md` },
      rolldownOptions: {
        // parley-client says `use client`, for servers that render.
        checks: { moduleLevelDirective: false },
        // A library is left readable otherwise.
        output: { minify: true, codeSplitting: false },
      },
    },
  });
}
writeFileSync(from('dist/parley-chat.d.ts'), "export * from './element/index.js';\n");
