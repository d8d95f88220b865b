import { randomUUID } from 'node:crypto';
import { afterEach, expect, test, vi } from 'vitest';
import { HeldLease } from '../../shared/conversation/held-lease.ts';
import { MemorySessionStore } from '../../shared/sessions/memory/memory-session-store.ts';
import { eventually } from '../eventually.ts';

afterEach(() => void vi.useRealTimers());

test('a lease is held whatever is done to the clock', async () => {
  const limits = { requests_per_minute: 0, tokens_per_minute: 0, tokens_per_day: 0 };
  // Half a second passes there with each beat, so that the lease does not end where the machine stands still.
  let beats = 0;
  const store = new MemorySessionStore({ sessionSeconds: 60, leaseSeconds: 1, limits }, () => beats * 500);
  const [owner, turnId, sessionId] = [randomUUID(), randomUUID(), randomUUID()];
  await store.begin({
    owner,
    turnId,
    sessionId: undefined,
    newSessionId: sessionId,
    assistant: undefined,
    defaultAssistant: 'default',
    offers: new Map([['default', { room: 1000, fixed_tokens: 0, output_tokens: 1 }]]),
    messageTokens: 1,
    askedAt: Date.now(),
    idempotency: undefined,
  });
  const claim = { owner, sessionId, turnId, isFirst: true, idempotency: undefined, reserved: 0 };
  const lease = new HeldLease(store, claim, { leaseMs: 1000, deadlineMs: 60_000 });
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 3_600_000 });
  // Far longer than the lease stands by itself.
  await eventually(async () => {
    const replay = await store.follow(owner, sessionId, turnId, 0);
    expect(replay?.state).toBe('running');
    beats = replay?.beats ?? 0;
    return beats >= 6;
  });
  expect(lease.signal.aborted).toBe(false);
  await lease.release();
});
