import { resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type BuildOptions, build } from 'esbuild';

const contenders = resolve(import.meta.dirname, 'contenders');

const common: BuildOptions = {
  bundle: true,
  write: false,
  minify: true,
  platform: 'browser',
  jsx: 'automatic',
  target: 'es2023',
  define: { 'process.env.NODE_ENV': '"production"' },
  logLevel: 'error',
};

/**
 * Bytes, compressed, that a contender adds to a page that has React: at once, and those that it loads later.
 *
 * @param file in `contenders`
 */
export async function bytesOf(file: string): Promise<{ atOnce: number; later: number }> {
  const { outputFiles, metafile } = await build({
    ...common,
    stdin: { contents: `export * from './${file}';`, resolveDir: contenders, loader: 'tsx' },
    format: 'esm',
    splitting: true,
    outdir: 'out',
    metafile: true,
    external: ['react', 'react-dom', 'react/jsx-runtime'],
  });
  const sizes = new Map(outputFiles?.map(({ path, contents }) => [path, gzipSync(contents, { level: 9 }).length]));
  const outputs = metafile?.outputs ?? {};
  const atOnce = new Set<string>();
  const add = (path: string) => {
    atOnce.add(path);
    for (const { path: next, kind } of outputs[path]?.imports ?? []) {
      if (kind === 'import-statement' && next in outputs && !atOnce.has(next)) add(next);
    }
  };
  add('out/stdin.js');
  const bytes = (paths: string[]) => paths.reduce((sum, path) => sum + (sizes.get(resolve(path)) ?? 0), 0);
  return { atOnce: bytes([...atOnce]), later: bytes(Object.keys(outputs).filter((path) => !atOnce.has(path))) };
}

/** A script that shows a contender in two elements of a page: `show`, `grow` and `read`, the latter two timed. */
export async function scriptOf(name: string): Promise<string> {
  const modules = resolve(import.meta.dirname, '../../node_modules');
  const contents = `
    import { createElement } from 'react';
    import { flushSync } from 'react-dom';
    import { createRoot } from 'react-dom/client';
    import * as contender from './${name}.tsx';
    const roots = ['first', 'second'].map((id) => createRoot(document.getElementById(id)));
    globalThis.show = (text) => flushSync(() => {
      for (const root of roots) root.render(createElement(contender.Answer, { text }));
    });
    globalThis.grow = (text, step) => {
      const times = [];
      for (let end = step; end < text.length; end += step) {
        const startedAt = performance.now();
        flushSync(() => roots[0].render(createElement(contender.Answer, { text: text.slice(0, end) })));
        document.body.getBoundingClientRect();
        times.push(performance.now() - startedAt);
      }
      return times;
    };
    globalThis.read = (text) => {
      const startedAt = performance.now();
      contender.parse?.(text);
      return 'parse' in contender ? performance.now() - startedAt : Number.NaN;
    };
  `;
  const { outputFiles } = await build({
    ...common,
    stdin: { contents, resolveDir: contenders, loader: 'tsx' },
    format: 'iife',
    alias: { react: resolve(modules, 'react'), 'react-dom': resolve(modules, 'react-dom') },
  });
  return outputFiles?.[0]?.text ?? '';
}
