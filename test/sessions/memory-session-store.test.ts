import { expect, test } from 'vitest';
import type { SessionRules } from '../../shared/conversation/ports/session-store.ts';
import { MemorySessionStore } from '../../shared/sessions/memory/memory-session-store.ts';
import { betweenTurnsContract } from './between-turns-contract.ts';
import { branchesContract } from './branches-contract.ts';
import { sessionStoreContract } from './session-store-contract.ts';
import { summariesContract } from './summaries-contract.ts';
import { finished, nothing, turnsOn } from './turns-on.ts';

const open = async (rules: SessionRules) => new MemorySessionStore(rules);
sessionStoreContract('memory', open);
branchesContract('memory', open);
betweenTurnsContract('memory', open);
summariesContract('memory', open);

test('what an ephemeral turn said is kept for ten seconds beyond its end, and beyond its lease where its holder died', async () => {
  let now = 0;
  const limits = { requests_per_minute: 0, tokens_per_minute: 0, tokens_per_day: 0 };
  const store = new MemorySessionStore({ sessionSeconds: 3600, leaseSeconds: 10, limits }, () => now);
  const { begin } = turnsOn(() => store);
  const [ended] = await begin('owner', { isEphemeral: true });
  const [dead] = await begin('owner', { isEphemeral: true });
  for (const claim of [ended, dead]) await store.extend(claim, { position: 0, blocks: [['said']] });
  await store.abandon(ended, finished, nothing, 0);
  const isKept = async ({ sessionId }: typeof ended) =>
    (await store.follow('owner', sessionId, undefined, 0)) !== undefined;
  for (const [at, kept] of [
    [9999, [true, true]],
    [10_000, [false, true]],
    [19_999, [false, true]],
    [20_000, [false, false]],
  ] as const) {
    now = at;
    expect([await isKept(ended), await isKept(dead)]).toEqual(kept);
  }
});
