import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';

const model = await readFile('docs/threat-model.md', 'utf8');

const numbers = Array.from({ length: 10 }, (_, index) => index + 1);
const wanted = [
  ...numbers.map((number) => `API${number}:2023`),
  ...numbers.map((number) => `LLM${String(number).padStart(2, '0')}:2026`),
];

/** The text of every risk's section, by its number. */
const sections = new Map(
  model
    .split(/^### /m)
    .slice(1)
    .map((section) => [/^\S+/.exec(section)?.[0] ?? '', section.split(/^## /m)[0] ?? '']),
);

/** What the model says a test holds: `- test/file.ts: the test's title`. */
const claims = Array.from(model.matchAll(/^- `(test\/[\w./-]+)`: (.+)$/gm), ([, file = '', title = '']) => [
  file,
  title,
]);

const quoted = (title: string) => title.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

describe('the threat model', () => {
  test('goes through every risk of both lists, in their order', () => {
    expect([...sections.keys()]).toEqual(wanted);
  });

  test.each(wanted)('says of %s what a test holds, or that it is not covered', (risk) => {
    expect(sections.get(risk)).toMatch(/^- (`test\/[\w./-]+`: |\*\*Not covered\*\*: )\S/m);
  });

  test('names no test twice under one risk', () => {
    for (const [risk, section] of sections) {
      const lines = section.match(/^- `.*$/gm) ?? [];
      expect(new Set(lines).size, risk).toBe(lines.length);
    }
  });

  test('names tests that are there, by their whole titles', async () => {
    expect(claims.length).toBeGreaterThan(40);
    const missing: string[][] = [];
    for (const [file = '', title = ''] of claims) {
      const source = await readFile(file, 'utf8').catch(() => '');
      if (!new RegExp(`\\(\\s*(['"\`])${quoted(title)}\\1`).test(source)) missing.push([file, title]);
    }
    expect(missing).toEqual([]);
  });
});
