import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { readBegun } from '../../shared/sessions/redis/redis-replies.ts';

const directory = resolve(import.meta.dirname, '../../shared/sessions/redis');
const scripts = readdirSync(directory).filter((name) => name.endsWith('.lua'));

test.each(scripts)('%s gives its keys names in its first lines, and uses none by its place', (name) => {
  const lines = readFileSync(join(directory, name), 'utf8').split('\n');
  const code = lines.filter((line) => line !== '' && !line.startsWith('--'));
  const body = code.slice(code.findIndex((line) => !/^local [^=]+ = .*\bKEYS\b/.test(line)));
  expect(body.filter((line) => line.includes('KEYS'))).toEqual([]);
});

test('an answer of a script that nobody knows is named', () => {
  expect(() => readBegun(['later'], 'session')).toThrow('begin.lua answered later');
});
