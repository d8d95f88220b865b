import { expect, test } from 'vitest';
import { evaluationSet, type ReadRecord } from '../../local/evaluation-set.ts';

/** The records of a session's turns, of whose prompts each had so many messages, and knew so many in summary. */
function recordsOf(...prompts: [messages: number, summarized?: number][]): ReadRecord[] {
  return prompts.map(([messages, summarized_messages = 0], turn) => ({
    ...{ event: 'turn', outcome: 'answered', owner: 'o', request_id: 'r', session_id: 's', assistant: 'default' },
    ...{ turn_id: `turn-${turn}`, time: `2026-01-01T00:00:0${turn}Z`, message: `ask ${turn}`, answer: `say ${turn}` },
    ...{ prompt_version: null, model: null, finish_reason: 'stop', failure: null, filter: null, usage: null },
    ...{ spent_tokens: null, first_token_ms: null, total_ms: null },
    context: {
      ...{ messages, summarized_messages, dropped_messages: 0, summary_tokens: 0 },
      ...{ prompt_tokens: 10, max_prompt_tokens: 100 },
    },
  }));
}

function set(...prompts: [number, number?][]) {
  const { evaluations, left } = evaluationSet(recordsOf(...prompts));
  return { lengths: evaluations.map(({ messages }) => messages.length), left: left.withoutContext + left.otherContext };
}

test('of turns whose prompts were made of turns alone there is each', () => {
  expect(set([1], [3], [5])).toEqual({ lengths: [2, 4, 6], left: 0 });
});

test('a turn whose prompt had a summary in it is left out', () => {
  expect(set([1], [3], [4, 2])).toEqual({ lengths: [2, 4], left: 1 });
});

test.each([1, 2, 3])(
  'a turn to which its caller brought %i messages is left out, and those that were told of it',
  (brought) => {
    expect(set([1], [3], [5 + brought], [7 + brought])).toEqual({ lengths: [2, 4], left: 2 });
    expect(set([1 + brought], [3 + brought])).toEqual({ lengths: [], left: 2 });
  },
);
