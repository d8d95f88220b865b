import type { UIMessage } from 'ai';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { waitingBefore } from '../../packages/parley-client/src/ai-sdk/shown-answers.ts';
import { Telling } from '../../packages/parley-client/src/ai-sdk/telling.ts';
import { messagesOf, nextStepsOf, waitingOf } from '../../packages/parley-client/src/ai-sdk/ui-message.ts';
import type { StoredMessage } from '../../packages/parley-client/src/client/contract.ts';
import type { Step } from '../../packages/parley-client/src/client/steps.ts';
import { answerOf, decided, eventsOf, historyOf, questionOf, told, turns, without } from './ai-sdk-turns.ts';

test('a turn, and those that decide on its calls, are one message: however they are cut, told again or taken over, the stored one', async () => {
  await fc.assert(
    fc.asyncProperty(turns, async (script) => {
      const stored: StoredMessage[] = [];
      let message: UIMessage | undefined;
      let waiting: Step[] = [];
      for (const [place, turn] of script.entries()) {
        if (place > 0 && waiting.length === 0) break;
        const turnId = `turn${place}`;
        const answer = answerOf(turnId, turn, waiting);
        // The service stores no answer that has nothing.
        if (answer.content === '' && answer.steps?.length === 0) return;
        const approve = waiting.map(({ id }, at) => ({
          id,
          decision: turn.decides[at] ? ('yes' as const) : ('no' as const),
        }));
        stored.push(questionOf(turnId, place > 0 ? approve : undefined), answer);
        const events = eventsOf(turnId, answer, turn.cuts);
        const inOtherPieces = eventsOf(turnId, answer, [1, 3]).slice(0, -1);
        const replays = turn.replays.flatMap((until) => inOtherPieces.slice(0, until + 1));
        if (message === undefined) message = await told([...replays, ...events], Telling.answer());
        else {
          message = decided(message, turn.decides);
          const continued = { messageId: message.id, waiting: waitingOf(message), isAgain: false };
          const steps = nextStepsOf(message);
          // It says something else, and what was told of it is all that there is.
          const failing = eventsOf('failed', { ...answer, content: answer.content.replaceAll(/./gs, '-') }, turn.cuts);
          message = await told(failing.slice(0, -1).slice(0, turn.failed), Telling.rest(continued), message);
          const isAgain = nextStepsOf(message) > steps;
          message = await told([...replays, ...events], Telling.rest({ ...continued, isAgain }), message);
        }
        waiting = answer.steps?.filter(({ status }) => status === 'open') ?? [];
        const shown = await messagesOf(historyOf(stored));
        expect(shown).toHaveLength(2);
        expect(without(message)).toEqual(without(shown[1]));
        if (place === 0) continue;
        // One that is joined is told with the turns before it.
        const before = waitingBefore(turnId, historyOf(stored));
        expect(without(await told([...replays, ...events], Telling.joined(before?.events ?? [], true)))).toEqual(
          without(message),
        );
      }
    }),
  );
});

const asks = {
  decides: [],
  rounds: [{ says: 'May I?', calls: [] }],
  open: 2,
  sources: false,
  cuts: [],
  replays: [],
  failed: 0,
};
const first = answerOf('first', asks, []);
const open = first.steps ?? [];
const waitingFirst = waitingBefore('next', historyOf([questionOf('first'), first]))?.events ?? [];
const goesOn = (...decides: boolean[]) =>
  answerOf('next', { ...asks, decides, rounds: [{ says: 'So.', calls: ['ok'] }], open: 0 }, open);
const statesOf = (message: UIMessage | undefined) =>
  message?.parts.map((part) => (part.type === 'dynamic-tool' ? part.state : part.type));

test('a call is a part with its input and what came of it, also where that is not shown or was no success', async () => {
  const calls = [{ says: '', calls: ['ok', 'shown', 'error'] as const }];
  const answer = answerOf(
    'first',
    { ...asks, rounds: calls.map((round) => ({ ...round, calls: [...round.calls] })), open: 1 },
    [],
  );
  Object.assign(answer.steps?.[2] ?? {}, { arguments: 'no JSON' });
  const message = await told(eventsOf('first', answer, []), Telling.answer());
  const call = { type: 'dynamic-tool', toolName: 'orders/search', input: { q: 1 }, providerExecuted: true };
  const source = { url: 'https://one.example' };
  expect(message?.parts).toMatchObject([
    { ...call, toolCallId: 'first.1', state: 'output-available', output: { status: 'ok', ms: 7 } },
    { ...call, toolCallId: 'first.2', output: { status: 'ok', ms: 7, result: 'a result', sources: [source] } },
    { ...call, toolCallId: 'first.3', input: 'no JSON', state: 'output-error', errorText: 'The tool failed.' },
    { ...call, toolCallId: 'first.4', state: 'approval-requested', approval: { id: 'first.4' } },
  ]);
});

test('sources are parts behind the answer, with ids that stay', async () => {
  const answer = answerOf('first', { ...asks, open: 0, sources: true }, []);
  const message = await told(eventsOf('first', answer, []), Telling.answer());
  expect(message?.parts.slice(1)).toMatchObject([
    { type: 'source-url', sourceId: 'first-source-1', url: 'https://one.example' },
    { type: 'source-url', sourceId: 'first-source-2', url: 'https://two.example', title: 'Two' },
  ]);
});

test('a decision that is joined is told with what was to be decided, as soon as one of its calls is made', async () => {
  const events = eventsOf('next', goesOn(false, true), []);
  const running = events.slice(0, 4);
  const message = await told(running, Telling.joined(waitingFirst, false));
  expect(message?.id).toBe('first');
  expect(statesOf(message)).toEqual(['text', 'approval-responded', 'output-available']);
  expect(statesOf(await told(events, Telling.joined(waitingFirst, false)))).toEqual([
    ...['text', 'output-denied', 'output-available', 'step-start', 'text', 'output-available'],
  ]);
});

test('a turn that is joined and makes none of the calls that wait is a message of its own, and says that they are rejected', async () => {
  const telling = Telling.joined(waitingFirst, false);
  const events = eventsOf('next', goesOn(false, false), []);
  const beforeAnswer = await told(events.slice(0, 5), telling);
  expect(beforeAnswer?.id).toBe('first');
  expect(statesOf(beforeAnswer)).toEqual(['text', 'output-denied', 'output-denied']);
  const answer = await told(events.slice(5), telling, beforeAnswer);
  expect(answer?.id).toBe('next');
  expect(statesOf(answer)).toEqual(['text', 'output-available']);
});

test('what a message rejects is told in the message that has it, and not in its answer', async () => {
  const answer = goesOn(false, false);
  const message = await told(eventsOf('next', answer, []), Telling.answer(open.map(({ id }) => id)));
  expect(statesOf(message)).toEqual(['text', 'output-available']);
  const stored = [questionOf('first'), first, questionOf('next'), answer];
  const [, asking, , shown] = await messagesOf(historyOf(stored));
  expect(statesOf(asking)).toEqual(['text', 'output-denied', 'output-denied']);
  expect(without(shown)).toEqual(without(message));
});

test('a decision whose question is on another page is a message of its own', async () => {
  const answer = goesOn(true, false);
  const [message] = await messagesOf(historyOf([questionOf('next', []), answer]));
  expect(message?.id).toBe('next');
  expect(statesOf(message)).toEqual(['output-available', 'output-denied', 'text', 'output-available']);
  expect(without(message)).toEqual(without(await told(eventsOf('next', answer, []), Telling.answer())));
});

test('a turn that was stopped before it said anything leaves no message behind', () => {
  const events = eventsOf('first', { ...first, content: '', steps: [], finish_reason: 'stopped' }, []);
  expect(events.flatMap((event) => [...Telling.answer().hear(event)])).toEqual([]);
});
