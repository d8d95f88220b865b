import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ownClock } from '../own-clock.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { apis, deployment } from './deployment.ts';
import { hear } from './hear.ts';

ownClock();

let upstream: ScriptedUpstream;
beforeEach(async () => {
  upstream = await ScriptedUpstream.start();
});
afterEach(() => upstream.stop());

describe.each(apis)('a call of %s', (api) => {
  test('is paid for as the provider bills it', async () => {
    upstream.enqueue({ deltas: ['Hi'], usage: { prompt_tokens: 9, completion_tokens: 1 } });
    expect((await hear(deployment(api, upstream))).calls).toEqual(['asked', 'billed']);
  });

  test.each([400, 401, 404, 429, 500, 503])('that is refused with %i costs nothing', async (status) => {
    upstream.enqueue({ status });
    expect((await hear(deployment(api, upstream))).calls).toEqual(['asked', 'refused']);
  });

  test('that reaches nobody costs nothing', async () => {
    const gone = await ScriptedUpstream.start();
    const { origin } = gone;
    await gone.stop();
    expect((await hear(deployment(api, { origin }))).calls).toEqual(['asked', 'refused']);
  });

  test('of which a gateway says that it gave up waiting may have been taken', async () => {
    upstream.enqueue({ status: 504 });
    expect((await hear(deployment(api, upstream))).calls).toEqual(['asked']);
  });

  test('that is not answered may have been taken', async () => {
    upstream.enqueue({ ending: 'silence' });
    expect((await hear(deployment(api, upstream, { timeoutMs: 50 }))).calls).toEqual(['asked']);
  });

  test('that breaks was taken', async () => {
    upstream.enqueue({ deltas: ['Half'], ending: 'cut' });
    expect((await hear(deployment(api, upstream))).calls).toEqual(['asked']);
  });
});
