import { OpenAI } from 'openai';
import type { ResponseCompactionItem, ResponseInputItem } from 'openai/resources/responses/responses';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PREFACE } from '../../../shared/conversation/summaries.ts';
import { type Host, startHost } from '../../host/start-host.ts';
import { ScriptedUpstream } from '../../upstream/scripted-upstream.ts';

/** What compaction is, as OpenAI's own client sees it, on every store. */
export function compactionSuite(name: string, storeSettings: () => Promise<Record<string, string>>): void {
  describe(`compaction, on the ${name} store`, () => {
    let upstream: ScriptedUpstream;
    let host: Host;
    let openai: OpenAI;
    const clientOf = (user: string) =>
      new OpenAI({
        baseURL: `${host.url}/v1`,
        apiKey: 'none',
        maxRetries: 0,
        defaultHeaders: { 'x-functions-key': 'a-key', 'x-user-id': user },
      });
    beforeAll(async () => {
      upstream = await ScriptedUpstream.start();
      const models = { OPENAI_BASE_URL: upstream.baseUrl, OPENAI_MODEL: 'scripted', SUMMARY_MODEL: 'summarizer' };
      host = await startHost({ env: { ...(await storeSettings()), ...models, AUTH_MODE: 'key' } });
      openai = clientOf('alice');
    });
    afterAll(async () => {
      await host?.stop();
      await upstream?.stop();
    });

    const user = (content: string) => ({ role: 'user' as const, content });
    const agreed = [user('We launch on Tuesday.'), { role: 'assistant' as const, content: 'Understood: Tuesday.' }];
    const compact = (input: string | ResponseInputItem[] | null, more: object = {}) =>
      openai.responses.compact({ model: 'default', input, ...more });
    const ask = (input: string | ResponseInputItem[], more: object = {}) =>
      openai.responses.create({ model: 'default', input, ...more });
    const sent = () =>
      upstream.requests.at(-1)?.body as { model: string; messages: { role: string; content: string }[] };
    /** What the model was last sent behind the assistant's own prompt. */
    const heard = () =>
      sent()
        .messages.slice(1)
        .map(({ role, content }) => `${role}: ${content}`);
    const material = (text: string) => `user: ${PREFACE}\n\n${text}`;
    const compacted = async (text: string) => {
      upstream.enqueue({ deltas: [text] });
      const { output } = await compact(agreed);
      return output[0] as ResponseCompactionItem;
    };

    test('is one item, whose text can be read, and leaves nothing behind', async () => {
      upstream.enqueue({
        deltas: ['They launch ', 'on Tuesday.'],
        usage: { prompt_tokens: 90, completion_tokens: 6, cached_tokens: 64 },
      });
      const made = await compact(agreed, { instructions: 'Be brief.', prompt_cache_key: 'k' });
      expect(made).toEqual({
        id: expect.stringMatching(/^resp_[0-9a-f]{64}$/),
        object: 'response.compaction',
        created_at: expect.any(Number),
        output: [
          {
            id: made.id.replace('resp_', 'cmp_'),
            type: 'compaction',
            encrypted_content: expect.stringMatching(/^[0-9a-f]{32} They launch on Tuesday\.$/),
          },
        ],
        usage: {
          input_tokens: 90,
          input_tokens_details: { cached_tokens: 64, cache_write_tokens: 0 },
          output_tokens: 6,
          output_tokens_details: { reasoning_tokens: 0 },
          total_tokens: 96,
        },
      });
      expect(sent().model).toBe('summarizer');
      expect(heard()).toEqual([
        'system: Be brief.',
        'user: We launch on Tuesday.',
        'assistant: Understood: Tuesday.',
        expect.stringMatching(/^user: Do not answer\. Write a summary of this conversation/),
      ]);
      await expect(openai.responses.retrieve(made.id)).rejects.toMatchObject({ status: 404 });
      const sessions = await fetch(`${host.url}/chat/sessions`, { headers: { 'x-user-id': 'alice' } });
      expect(await sessions.json()).toMatchObject({ sessions: [] });
    });

    test('stands in front of what follows, as material of the user’s, and stays there in later turns', async () => {
      const item = await compacted('They launch on Tuesday.');
      const first = await ask([item, user('When?')]);
      expect(heard()).toEqual([material('They launch on Tuesday.'), 'user: When?']);
      await ask('Sure?', { previous_response_id: first.id });
      expect(heard()).toEqual([
        material('They launch on Tuesday.'),
        'user: When?',
        `assistant: ${first.output_text}`,
        'user: Sure?',
      ]);
    });

    test('is made of what was said before a response too, and of an earlier compaction', async () => {
      const item = await compacted('They launch on Tuesday.');
      const first = await ask([item, user('When?')]);
      upstream.enqueue({ deltas: ['Tuesday, as was asked.'] });
      const { output } = await compact(null, { previous_response_id: first.id });
      expect(heard().slice(0, -1)).toEqual([
        material('They launch on Tuesday.'),
        'user: When?',
        `assistant: ${first.output_text}`,
      ]);
      expect((output[0] as ResponseCompactionItem).encrypted_content).toMatch(/ Tuesday, as was asked\.$/);
      const items = await openai.conversations.items.list(first.conversation?.id ?? '');
      expect(items.data).toHaveLength(3);
    });

    test('is brought to a conversation, and is listed there as the message that it is', async () => {
      const item = await compacted('They launch on Tuesday.');
      const { id } = await openai.conversations.create({ items: [item] });
      const listed = await openai.conversations.items.list(id);
      expect(listed.data.map((each) => each.type === 'message' && [each.role, each.content[0]])).toEqual([
        ['user', { type: 'input_text', text: `${PREFACE}\n\nThey launch on Tuesday.` }],
      ]);
      await ask('When?', { conversation: id });
      expect(heard()).toEqual([material('They launch on Tuesday.'), 'user: When?']);
    });

    test.each<[string, (item: ResponseCompactionItem) => string]>([
      ['has another text', ({ encrypted_content: text }) => text.replace('Tuesday', 'Monday')],
      ['has another signature', ({ encrypted_content: text }) => `${'0'.repeat(32)}${text.slice(32)}`],
      ['has none', () => 'They launch on Monday.'],
      ['is empty', () => ''],
    ])('is refused where it %s, and the model is not asked', async (_, forge) => {
      const item = await compacted('They launch on Tuesday.');
      const forged = { ...item, encrypted_content: forge(item) };
      const asked = upstream.requests.length;
      const refused = { status: 400, code: 'invalid_value', param: 'input[0].encrypted_content' };
      await expect(ask([forged, user('When?')])).rejects.toMatchObject(refused);
      await expect(compact([forged])).rejects.toMatchObject(refused);
      await expect(openai.conversations.create({ items: [forged] })).rejects.toMatchObject({
        ...refused,
        param: 'items[0].encrypted_content',
      });
      expect(upstream.requests).toHaveLength(asked);
    });

    test('is refused where it was made for somebody else, in the same words', async () => {
      const item = await compacted('They launch on Tuesday.');
      const mine = await ask([{ ...item, encrypted_content: 'x' }, user('When?')]).catch((error) => error);
      const theirs = await clientOf('bob')
        .responses.create({ model: 'default', input: [item, user('When?')] })
        .catch((error) => error);
      expect(theirs).toMatchObject({ status: 400, param: 'input[0].encrypted_content' });
      expect(theirs.message).toBe(mine.message);
    });

    test.each<[string, object, number, string, string | null]>([
      ['no model', { input: 'x' }, 400, 'missing_required_parameter', 'model'],
      ['no model but null', { model: null, input: 'x' }, 400, 'missing_required_parameter', 'model'],
      ['an unknown model', { model: 'gpt-4', input: 'x' }, 404, 'model_not_found', 'model'],
      ['nothing to compact', { model: 'default' }, 400, 'missing_required_parameter', 'input'],
      ['no items', { model: 'default', input: [] }, 400, 'invalid_value', 'input'],
      ['blank items', { model: 'default', input: [{ role: 'user', content: ' ' }] }, 400, 'invalid_value', 'input'],
      ['a number', { model: 'default', input: 1 }, 400, 'invalid_value', 'input'],
      [
        'a response that never was',
        { model: 'default', previous_response_id: `resp_${'0'.repeat(64)}` },
        404,
        'previous_response_not_found',
        'previous_response_id',
      ],
      ['what is not known', { model: 'default', input: 'x', tools: [] }, 400, 'unknown_parameter', 'tools'],
      [
        'more than a prompt can hold',
        { model: 'default', input: Array.from({ length: 4 }, () => user('word '.repeat(1000))) },
        400,
        'context_length_exceeded',
        null,
      ],
    ])('of %s is refused, and the model is not asked', async (_, body, status, code, param) => {
      const asked = upstream.requests.length;
      await expect(openai.post('/responses/compact', { body })).rejects.toMatchObject({ status, code, param });
      expect(upstream.requests).toHaveLength(asked);
    });

    test('fails as a turn does, and where the summary has no end: there is no half of one', async () => {
      upstream.enqueue({ deltas: ['They'], finishReason: 'length' });
      await expect(compact(agreed)).rejects.toMatchObject({ status: 400, code: 'output-limit-reached' });
      upstream.enqueue({ deltas: ['They'], finishReason: 'content_filter' });
      await expect(compact(agreed)).rejects.toMatchObject({ status: 400, code: 'content_filter' });
      upstream.enqueue({ deltas: ['They'], ending: 'cut' });
      await expect(compact(agreed)).rejects.toMatchObject({ status: 502, code: 'model-failed' });
    });
  });
}
