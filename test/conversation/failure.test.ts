import { expect, test } from 'vitest';
import { codeOf, Failure, failureKinds } from '../../shared/conversation/failure.ts';

test('what may succeed later is retryable: what is busy, over a limit, broken upstream, or lost', () => {
  for (const [code, { status, retryable }] of Object.entries(failureKinds)) {
    const passes =
      [429, 502, 503, 504].includes(status) || ['session-busy', 'turn-in-progress', 'turn-lost'].includes(code);
    expect({ code, retryable }).toEqual({ code, retryable: passes });
  }
});

test('every code has a status of a failure, and a title of its own', () => {
  const kinds = Object.values(failureKinds);
  for (const { status } of kinds) expect(status).toBeGreaterThanOrEqual(400);
  expect(new Set(kinds.map(({ title }) => title)).size).toBe(kinds.length);
  for (const { title } of kinds) expect(title).not.toBe('');
});

test('a failure carries what its caller is told', () => {
  const options = {
    ...{
      retryAfterSeconds: 2,
      errors: [{ field: 'f', detail: 'd' }],
      challenge: 'Bearer',
      requestId: 'r',
      wasAlive: true,
    },
    limits: [{ name: 'requests' as const, quota: 1, window: 60, remaining: 0, reset: 60 }],
    filter: { refused: 'prompt' as const, categories: ['hate'] },
  };
  const told = { name: 'Failure', code: 'internal', message: 'It broke.' };
  expect(new Failure('internal', 'It broke.', options)).toMatchObject({ ...told, ...options });
  expect(new Failure('internal', 'It broke.')).toMatchObject({
    ...told,
    retryAfterSeconds: undefined,
    wasAlive: false,
  });
});

test('what is no failure is a bug, and its code says no more', () => {
  expect(codeOf(new Failure('model-busy', 'Busy.'))).toBe('model-busy');
  expect(codeOf(new Error('Busy.'))).toBe('internal');
});
