import { expect, test } from 'vitest';
import { encodingOf } from '../../shared/tokens/encoding.ts';

test.each([
  'gpt-4',
  'gpt-4-32k',
  'gpt-4-turbo',
  'gpt-4-1106-preview',
  'gpt-3.5-turbo',
  'gpt-3.5-turbo-instruct',
  'gpt-35-turbo',
])('%s is counted in cl100k_base', (model) => {
  expect(encodingOf(model)).toBe('cl100k_base');
});

test.each([
  'gpt-4o',
  'gpt-4o-mini',
  'gpt-4.1-mini',
  'gpt-4.5-preview',
  'gpt-5.4-mini',
  'o3',
  'my-deployment',
  'mistral',
])('%s is counted in o200k_base', (model) => {
  expect(encodingOf(model)).toBe('o200k_base');
});
