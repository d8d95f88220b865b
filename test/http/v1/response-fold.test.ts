import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type {
  FinishReason,
  ToolCalled,
  ToolReturned,
  TurnEvent,
  TurnStarted,
} from '../../../shared/conversation/events.ts';
import { Failure } from '../../../shared/conversation/failure.ts';
import { tellSoFar } from '../../../shared/conversation/follow.ts';
import {
  type Replay,
  type ReplayBlock,
  type ReplayEntry,
  withheld,
} from '../../../shared/conversation/ports/replay.ts';
import { DONE, eventStreamResponse } from '../../../shared/http/event-stream.ts';
import { type ApiEvent, ResponseFold } from '../../../shared/http/v1/response-fold.ts';
import { ResponseFrames } from '../../../shared/http/v1/response-frames.ts';
import { requestLogOf } from '../request-log-of.ts';

const started: TurnEvent = {
  type: 'turn-started',
  session_id: '0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d',
  turn_id: '11111111-1111-4111-8111-111111111111',
  assistant: 'default',
  asked_at: 1_700_000_000_123,
};
const usage = { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13, cached_tokens: 2 };
const context = {
  messages: 1,
  dropped_messages: 0,
  summarized_messages: 0,
  summary_tokens: 0,
  prompt_tokens: 9,
  max_prompt_tokens: 3000,
};

const finished = (finish_reason: FinishReason): TurnEvent => {
  return { type: 'turn-finished', finish_reason, usage, context, finished_at: 1_700_000_002_999 };
};

type Ending = FinishReason | Failure;

function newFold(): ResponseFold {
  return new ResponseFold(() => ({ temperature: 0.7, maxOutputTokens: 500 }));
}

/** A turn of those tokens, as a generator that is told once. */
async function* turnOf(tokens: (string | number)[], ending: Ending): AsyncGenerator<TurnEvent> {
  yield started;
  for (const token of tokens) {
    yield typeof token === 'string' ? { type: 'token-said', token } : { type: 'tokens-withheld', count: token };
  }
  if (ending instanceof Failure) throw ending;
  yield finished(ending);
}

/** The frames of a turn as they go out. */
async function framesOf(tokens: (string | number)[], ending: Ending, after?: number): Promise<string[]> {
  const frames = new ResponseFrames(newFold(), after);
  const { body } = await eventStreamResponse(turnOf(tokens, ending), requestLogOf(), frames);
  const text = await new Response(body as ReadableStream).text();
  return framesIn(text);
}

/** Without comments. Lines end with LF alone: what else ends a line elsewhere may stand in a text. */
function framesIn(stream: string): string[] {
  const lines = stream.split('\n').filter((line) => !line.startsWith(': '));
  return lines.join('\n').split(/(?<=\n\n)/);
}

function read(frames: string[]): ApiEvent[] {
  return frames.filter((frame) => frame !== DONE).map((frame) => JSON.parse(frame.split('\ndata: ')[1] ?? ''));
}

const texts = fc.array(fc.string({ minLength: 1, unit: 'binary' }), { maxLength: 12 });
const endings = fc.constantFrom<Ending>(
  'stop',
  'length',
  'deadline',
  'stopped',
  new Failure('model-failed', 'The model failed.'),
  new Failure('turn-lost', 'The turn was lost.'),
);

describe('a turn as the events of the API', () => {
  test('is numbered from 0 without a gap, each event under its own name, with one ending and [DONE]', async () => {
    await fc.assert(
      fc.asyncProperty(texts, endings, async (tokens, ending) => {
        const frames = await framesOf(tokens, ending);
        const events = read(frames);
        expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, place) => place));
        expect(frames.slice(0, -1).map((frame) => /^event: (\S+)\n/.exec(frame)?.[1])).toEqual(
          events.map(({ type }) => type),
        );
        const ends = events.filter(({ type }) => /^response\.(completed|incomplete|failed)$/.test(type));
        expect(ends).toEqual([events.at(-1)]);
        expect(frames.filter((frame) => frame === DONE)).toEqual([frames.at(-1)]);
      }),
    );
  });

  test('resumed anywhere goes on exactly as it went on, and beyond its end has the ending alone', async () => {
    await fc.assert(
      fc.asyncProperty(texts, endings, fc.nat(40), async (tokens, ending, after) => {
        const live = await framesOf(tokens, ending);
        const rest = live.slice(after + 1);
        const end = live.slice(-2);
        expect(await framesOf(tokens, ending, after)).toEqual(rest.length > 2 ? rest : end);
      }),
    );
  });

  test('says the same whether its text comes in many pieces or in one', async () => {
    const whole = fc.array(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(
        whole,
        fc.constantFrom<Ending>('stop', 'length', 'deadline', 'stopped'),
        async (tokens, ending) => {
          const live = read(await framesOf(tokens, ending));
          const stored = read(await framesOf([tokens.join('')], ending));
          const said = (events: ApiEvent[]) => events.map(({ delta = '' }) => delta).join('');
          expect(said(stored)).toBe(said(live));
          expect(stored.at(-1)?.['response']).toEqual(live.at(-1)?.['response']);
        },
      ),
    );
  });

  test('leaves out the numbers of what the content filter has taken back', async () => {
    const refused = new Failure('content-filtered', 'The answer was refused.');
    const live = read(await framesOf(['some ', 'words ', 'more'], refused));
    const told = read(await framesOf([2, 1], refused));
    expect(told).toEqual(live.filter(({ type }) => type !== 'response.output_text.delta'));
  });

  test('leaves out the numbers of what was done, too', async () => {
    const turn_id = started.turn_id;
    const earlier = '22222222-2222-4222-8222-222222222222';
    const called = (id: string, more = {}): ToolCalled => ({
      type: 'tool-called',
      id,
      name: 'a/b',
      arguments: '{}',
      ...more,
    });
    const returned = (id: string): ToolReturned => ({ type: 'tool-returned', id, status: 'ok', ms: 1 });
    const blocks: ReplayBlock[] = [
      called(`${earlier}.1`, { by_caller: true }),
      returned(`${earlier}.1`),
      called(`${earlier}.2`),
      returned(`${earlier}.2`),
      ['Let ', 'me ', 'see.'],
      called(`${turn_id}.3`),
      called(`${turn_id}.4`),
      returned(`${turn_id}.4`),
      returned(`${turn_id}.3`),
      ['So, '],
      ['that '],
    ];
    const refused = { type: 'turn-failed', code: 'content-filtered', detail: 'It was refused.' } as const;
    const tell = async (entries: ReplayEntry[]) => {
      const replay: Replay = {
        turnId: turn_id,
        state: 'ended',
        beats: 0,
        entries: [started as TurnStarted, ...entries, refused],
      };
      const { body } = await eventStreamResponse(
        (async function* () {
          yield* tellSoFar(replay);
        })(),
        requestLogOf(),
        new ResponseFrames(newFold()),
      );
      const text = await new Response(body as ReadableStream).text();
      return read(framesIn(text));
    };
    const live = await tell(blocks);
    const told = await tell(blocks.map(withheld));
    expect(live.map(({ sequence_number }) => sequence_number)).toEqual(live.map((_, place) => place));
    const numbers = new Map(live.map((event) => [event.sequence_number, event]));
    for (const event of told) expect(event).toEqual(numbers.get(event.sequence_number));
    expect(told.at(-1)?.sequence_number).toBe(live.length - 1);
    expect(told.some(({ type }) => /mcp|done/.test(type))).toBe(false);
  });

  test('is the list that the API names, in its order', async () => {
    const events = read(await framesOf(['Use ', 'it.'], 'stop'));
    expect(events.map(({ type }) => type)).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ]);
    const texts = events.flatMap(({ delta, text, part }) => [delta, text, (part as { text: string })?.text]);
    expect(texts.filter((text) => text !== undefined)).toEqual(['', 'Use ', 'it.', 'Use it.', 'Use it.']);
  });

  test.each<[Ending, string, string, object]>([
    ['stop', 'response.completed', 'completed', { incomplete_details: null, completed_at: 1_700_000_002 }],
    ['length', 'response.incomplete', 'incomplete', { incomplete_details: { reason: 'max_output_tokens' } }],
    ['deadline', 'response.incomplete', 'incomplete', { incomplete_details: { reason: 'deadline' } }],
    ['stopped', 'response.incomplete', 'cancelled', { incomplete_details: null, completed_at: null }],
    [
      new Failure('model-busy', 'The model is busy.'),
      'response.failed',
      'failed',
      { error: { code: 'model-busy', message: 'The model is busy.' }, output: [], usage: null },
    ],
  ])('that ends by %s has the event, the status and the details of that', async (ending, type, status, rest) => {
    const last = read(await framesOf(['Well'], ending)).at(-1);
    expect(last).toMatchObject({ type, response: { status, ...rest } });
  });

  test('that was stopped before a word has no output', async () => {
    const events = read(await framesOf([], 'stopped'));
    expect(events.map(({ type }) => type)).toEqual(['response.created', 'response.in_progress', 'response.incomplete']);
    expect(events.at(-1)).toMatchObject({ response: { status: 'cancelled', output: [] } });
  });

  test('tells of its request what was kept with it, and what counted', () => {
    const fold = newFold();
    const echo = { instructions: 'Be brief.', max_output_tokens: 9000, temperature: 0, store: false, brought: 3 };
    fold.tell({ ...started, echo });
    fold.tell({ type: 'token-said', token: 'Yes' });
    expect(fold.response).toMatchObject({
      status: 'in_progress',
      created_at: 1_700_000_000,
      instructions: 'Be brief.',
      max_output_tokens: 500,
      temperature: 0,
      store: false,
      conversation: null,
      output: [{ id: expect.stringMatching(/^msg_[0-9a-f]{64}4$/), status: 'in_progress' }],
    });
  });
});
