import { expect, test } from 'vitest';
import type { Assistant } from '../../../shared/conversation/assistant.ts';
import type { Call } from '../../../shared/http/endpoint.ts';
import { type Brought, checkAcceptedBy } from '../../../shared/http/v1/accepted.ts';

const history: Brought = { kind: 'history', param: 'items' };
const instructions: Brought = { kind: 'instructions', param: 'items[1]' };

/** In `mode`, where each assistant accepts so much, or does not say. */
function check(mode: string, accepts: (Assistant['accepts'] | undefined)[], brought: Brought[]) {
  const about = { name: 'a', title: 't', description: 'd', systemPrompt: 's' };
  const assistants = accepts.map((each) => ({ ...about, ...(each && { accepts: each }) }));
  const call = { services: { settings: { auth: { mode } } } } as unknown as Call;
  return () => checkAcceptedBy(call, assistants, brought);
}

test.each(['open', 'key'])('with AUTH_MODE=%s, an assistant without a word takes all', (mode) => {
  expect(check(mode, [undefined], [history, instructions])).not.toThrow();
  expect(check(mode, [['history']], [history, instructions])).toThrow('takes no instructions');
});

test.each(['easyauth', 'jwt'])('with AUTH_MODE=%s, an assistant takes what it says, and else nothing', (mode) => {
  expect(check(mode, [undefined], [history])).toThrow('takes no history');
  expect(check(mode, [['history']], [history])).not.toThrow();
  expect(check(mode, [['history']], [instructions])).toThrow('takes no instructions');
  expect(check(mode, [undefined], [])).not.toThrow();
});

test('where any assistant may come to answer, each has to take it', () => {
  expect(check('jwt', [['history'], ['history', 'instructions']], [history])).not.toThrow();
  expect(check('jwt', [['history'], undefined], [history])).toThrow('takes no history');
});
