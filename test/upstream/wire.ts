import type { Script } from './script.ts';

/** What a script says, as each API writes it: the events of a stream, in order. */
export interface Wire {
  start: object[];
  delta: (text: string) => object;
  /** What it calls, in pieces. */
  calls: (script: Script) => object[];
  end: (script: Script) => object[];
  /** Whether the API closes its stream with `[DONE]`. */
  done: boolean;
}

const usageOf = ({ usage }: Script) => ({
  prompt_tokens: usage?.prompt_tokens ?? 0,
  completion_tokens: usage?.completion_tokens ?? 0,
});

/** As OpenAI and Azure write it: an empty first choice, content, a finish reason, and the usage in a chunk of its own. */
export const chatWire: Wire = {
  start: [
    chatChunk([], { prompt_filter_results: [{ prompt_index: 0 }] }),
    chatChunk([chatChoice({ role: 'assistant', content: '' })]),
  ],
  delta: (content) => chatChunk([chatChoice({ content })]),
  calls: ({ calls = [] }) =>
    calls.flatMap(({ id, name, arguments: written }, index) => {
      const pieces = [{ id, type: 'function', function: { name, arguments: '' } }];
      const half = Math.ceil(written.length / 2);
      const rest = [written.slice(0, half), written.slice(half)].map((piece) => ({ function: { arguments: piece } }));
      return [...pieces, ...rest].map((piece) => chatChunk([chatChoice({ tool_calls: [{ index, ...piece }] })]));
    }),
  end: (script) => [
    // Azure's asynchronous filter sends choices without a delta.
    chatChunk([{ index: 0, finish_reason: null, content_filter_offsets: { check_offset: 1 } }]),
    ...(script.finishReason === null
      ? []
      : [chatChunk([chatChoice({}, script.finishReason ?? (script.calls ? 'tool_calls' : 'stop'))])]),
    ...(script.usage === null ? [] : [chatChunk([], { usage: chatUsageOf(script) })]),
  ],
  done: true,
};

export const completionsWire: Wire = {
  start: [],
  delta: (text) => ({ object: 'text_completion', choices: [{ index: 0, text, finish_reason: null, logprobs: null }] }),
  calls: () => [],
  end: (script) => [
    ...(script.finishReason === null
      ? []
      : [
          {
            object: 'text_completion',
            choices: [{ index: 0, text: '', finish_reason: script.finishReason ?? 'stop' }],
          },
        ]),
    ...(script.usage === null ? [] : [{ object: 'text_completion', choices: [], usage: chatUsageOf(script) }]),
  ],
  done: true,
};

export const responsesWire: Wire = {
  start: [
    { type: 'response.created', response: { id: 'resp_1', status: 'in_progress', output: [] } },
    { type: 'response.output_item.added', output_index: 0, item: { type: 'message', role: 'assistant', content: [] } },
  ],
  delta: (delta) => ({ type: 'response.output_text.delta', output_index: 0, content_index: 0, delta }),
  calls: ({ calls = [], thoughts = [] }) => [
    ...thoughts.map((item, at) => ({ type: 'response.output_item.done', output_index: at, item })),
    ...calls.flatMap(({ id, name, arguments: written }, at) => {
      const place = { output_index: thoughts.length + at, item_id: `fc_${at}` };
      const item = { type: 'function_call', id: `fc_${at}`, call_id: id, name };
      return [
        { type: 'response.output_item.added', ...place, item: { ...item, arguments: '' } },
        { type: 'response.function_call_arguments.delta', ...place, delta: written },
        { type: 'response.function_call_arguments.done', ...place, arguments: written },
        { type: 'response.output_item.done', ...place, item: { ...item, arguments: written } },
      ];
    }),
  ],
  end: (script) => {
    const { prompt_tokens, completion_tokens } = usageOf(script);
    const usage =
      script.usage === null
        ? {}
        : {
            usage: {
              input_tokens: prompt_tokens,
              output_tokens: completion_tokens,
              total_tokens: totalOf(script),
              ...cachedOf(script, 'input_tokens_details'),
            },
          };
    if (script.finishReason === null) return [];
    const reason = script.finishReason ?? 'stop';
    if (reason === 'stop')
      return [{ type: 'response.completed', response: { id: 'resp_1', status: 'completed', ...usage } }];
    const details = { reason: reason === 'length' ? 'max_output_tokens' : reason };
    return [
      {
        type: 'response.incomplete',
        response: { id: 'resp_1', status: 'incomplete', incomplete_details: details, ...usage },
      },
    ];
  },
  done: false,
};

function chatChunk(choices: object[], more: object = {}): object {
  return { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'scripted', choices, ...more };
}

function chatChoice(delta: object, finish_reason: string | null = null): object {
  return { index: 0, delta, finish_reason, logprobs: null };
}

function chatUsageOf(script: Script): object {
  return { ...usageOf(script), total_tokens: totalOf(script), ...cachedOf(script, 'prompt_tokens_details') };
}

function totalOf(script: Script): number {
  const { prompt_tokens, completion_tokens } = usageOf(script);
  return prompt_tokens + completion_tokens;
}

function cachedOf({ usage }: Script, name: string): object {
  return usage?.cached_tokens === undefined ? {} : { [name]: { cached_tokens: usage.cached_tokens } };
}
