import { OpenAI } from 'openai';
import { expect, test } from 'vitest';
import { describeServed, type Served } from './describe-served.ts';

/** The fields that a type always has, which its users read without asking: the compiler keeps these lists whole. */
type Always<T> = { [Field in keyof T as undefined extends T[Field] ? never : Field]: true };
type Event<Type extends OpenAI.Responses.ResponseStreamEvent['type']> = Always<
  Extract<OpenAI.Responses.ResponseStreamEvent, { type: Type }>
>;

const response: Always<Omit<OpenAI.Responses.Response, 'output_text'>> = {
  id: true,
  access_programs: true,
  created_at: true,
  error: true,
  incomplete_details: true,
  instructions: true,
  metadata: true,
  model: true,
  object: true,
  output: true,
  parallel_tool_calls: true,
  temperature: true,
  tool_choice: true,
  tools: true,
  top_p: true,
};
const usage: Always<OpenAI.Responses.ResponseUsage> = {
  input_tokens: true,
  input_tokens_details: true,
  output_tokens: true,
  output_tokens_details: true,
  total_tokens: true,
};
const inputDetails: Always<OpenAI.Responses.ResponseUsage.InputTokensDetails> = {
  cache_write_tokens: true,
  cached_tokens: true,
};
const outputDetails: Always<OpenAI.Responses.ResponseUsage.OutputTokensDetails> = { reasoning_tokens: true };
const answer: Always<OpenAI.Responses.ResponseOutputMessage> = {
  id: true,
  content: true,
  role: true,
  status: true,
  type: true,
};
const answerText: Always<OpenAI.Responses.ResponseOutputText> = { annotations: true, text: true, type: true };
const message: Always<OpenAI.Conversations.Message> = answer;
const conversation: Always<OpenAI.Conversations.Conversation> = { id: true, created_at: true, object: true };
const model: Always<OpenAI.Models.Model> = { id: true, created: true, object: true, owned_by: true };

const ofResponse = { response: true, sequence_number: true, type: true } as const;
const ofItem = { item: true, output_index: true, sequence_number: true, type: true } as const;
const ofPart = {
  content_index: true,
  item_id: true,
  output_index: true,
  part: true,
  sequence_number: true,
  type: true,
} as const;
const ofText = {
  content_index: true,
  item_id: true,
  logprobs: true,
  output_index: true,
  sequence_number: true,
  type: true,
} as const;
const events: { [Type in ServedType]: Event<Type> } = {
  'response.created': ofResponse,
  'response.in_progress': ofResponse,
  'response.output_item.added': ofItem,
  'response.content_part.added': ofPart,
  'response.output_text.delta': { ...ofText, delta: true },
  'response.output_text.done': { ...ofText, text: true },
  'response.content_part.done': ofPart,
  'response.output_item.done': ofItem,
  'response.completed': ofResponse,
};
type ServedType = `response.${
  | 'created'
  | 'in_progress'
  | 'output_item.added'
  | 'content_part.added'
  | 'output_text.delta'
  | 'output_text.done'
  | 'content_part.done'
  | 'output_item.done'
  | 'completed'}`;

describeServed("the openai package's types", (served) => {
  test('say of a response, and of what is in it, no field that is not there', async () => {
    const client = open(served);
    const made = await client.responses.create({ model: 'default', input: 'Hello' });
    for (const each of [made, await client.responses.retrieve(made.id)]) {
      expect(missing(each, response)).toEqual([]);
      expect(missing(each.usage, usage)).toEqual([]);
      expect(missing(each.usage?.input_tokens_details, inputDetails)).toEqual([]);
      expect(missing(each.usage?.output_tokens_details, outputDetails)).toEqual([]);
      const [item] = each.output as OpenAI.Responses.ResponseOutputMessage[];
      expect(missing(item, answer)).toEqual([]);
      expect(missing(item?.content[0], answerText)).toEqual([]);
    }
  });

  test('say of each event no field that is not there, and the events come in order', async () => {
    const client = open(served);
    served.upstream.enqueue({ deltas: ['Good ', 'day'] });
    const heard = await Array.fromAsync(
      await client.responses.create({ model: 'default', input: 'Hello', stream: true }),
    );
    for (const event of heard) expect(missing(event, events[event.type as ServedType])).toEqual([]);
    expect(new Set(heard.map(({ type }) => type))).toEqual(new Set(Object.keys(events)));
    const types = heard.map(({ type }) => type).filter((type, at, all) => type !== all[at - 1]);
    expect(types).toEqual(Object.keys(events));
  });

  test('say of conversations, items and models no field that is not there', async () => {
    const client = open(served);
    const made = await client.conversations.create();
    expect(missing(made, conversation)).toEqual([]);
    await client.responses.create({ model: 'default', input: 'Hello', conversation: made.id });
    const items = await Array.fromAsync(client.conversations.items.list(made.id));
    expect(items.map((item) => missing(item, message))).toEqual([[], []]);
    const models = await Array.fromAsync(client.models.list());
    expect(models.map(({ id }) => id)).toContain('default');
    expect(models.flatMap((each) => missing(each, model))).toEqual([]);
  });
});

function open(served: Served): OpenAI {
  const { baseURL, apiKey, headers } = served.newcomer();
  return new OpenAI({ baseURL, apiKey, defaultHeaders: headers });
}

function missing(value: object | undefined, fields: object): string[] {
  return Object.keys(fields).filter((field) => !(field in (value ?? {})));
}
