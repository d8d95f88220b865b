import { OpenAI } from 'openai';
import { expect, test } from 'vitest';
import { describeServed, type Served } from './describe-served.ts';

describeServed("the openai package's stream helper", (served) => {
  test('accumulates the events to the response that is stored', async () => {
    const client = open(served);
    const stream = client.responses.stream({ model: 'default', input: 'Good morning, all.' });
    const snapshots: string[] = [];
    stream.on('response.output_text.delta', ({ snapshot }) => snapshots.push(snapshot));
    const final = await stream.finalResponse();
    expect(snapshots).toEqual([
      'You ',
      'You said: ',
      'You said: Good ',
      'You said: Good morning, ',
      'You said: Good morning, all.',
    ]);
    expect(final).toMatchObject({ status: 'completed', output_text: 'You said: Good morning, all.' });
    const { output_parsed, ...response } = final;
    expect(withoutParsed(response)).toEqual(await client.responses.retrieve(final.id));
  });

  test('joins a stored response after an event, and has its end', async () => {
    const client = open(served);
    const { id } = await client.responses.create({ model: 'default', input: 'Good morning, all.' });
    const whole = await Array.fromAsync(client.responses.stream({ response_id: id }));
    expect(whole.map(({ sequence_number }) => sequence_number)).toEqual(whole.map((_, at) => at));
    const rest = client.responses.stream({ response_id: id, starting_after: 3 });
    expect((await Array.fromAsync(rest)).map(({ sequence_number }) => sequence_number)).toEqual(
      whole.map((_, at) => at).slice(4),
    );
    expect((await rest.finalResponse()).output_text).toBe('You said: Good morning, all.');
  });

  test('rejects where the turn failed', async () => {
    const client = open(served);
    served.upstream.enqueue({ deltas: ['Half an'], ending: 'cut' });
    const stream = client.responses.stream({ model: 'default', input: 'Hello' });
    const types = (await Array.fromAsync(stream)).map(({ type }) => type);
    expect(types.at(-1)).toBe('response.failed');
  });
});

function open(served: Served): OpenAI {
  const { baseURL, apiKey, headers } = served.newcomer();
  return new OpenAI({ baseURL, apiKey, defaultHeaders: headers });
}

/** The helper adds `parsed` to what it has read. */
function withoutParsed(response: object): unknown {
  return JSON.parse(JSON.stringify(response, (key, value) => (key === 'parsed' ? undefined : value)));
}
