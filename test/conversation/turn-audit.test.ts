import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { AuditLog } from '../../shared/audit/audit-log.ts';
import type { Assistant } from '../../shared/conversation/assistant.ts';
import type { Model } from '../../shared/conversation/ports/model.ts';
import { Prompts } from '../../shared/conversation/prompts.ts';
import { RunningTurns } from '../../shared/conversation/running-turns.ts';
import { takeTurn } from '../../shared/conversation/turn.ts';
import type { TurnParts } from '../../shared/conversation/turn-parts.ts';
import { demo } from '../../shared/models/demo.ts';
import { keyedHash } from '../../shared/platform/keyed-hash.ts';
import { MemorySessionStore } from '../../shared/sessions/memory/memory-session-store.ts';
import { Telemetry } from '../../shared/telemetry/telemetry.ts';
import { countTokens } from '../tokens/o200k.ts';

const assistant: Assistant = { name: 'default', title: 't', description: 'd', systemPrompt: 'Be kind.' };
const assistants = new Map([['default', assistant]]);
const bounds = { maxContextTokens: 3000, maxOutputTokens: 500 };
const limits = { requests_per_minute: 0, tokens_per_minute: 0, tokens_per_day: 0 };

const deadlineMs = 20_000;

/** A turn on a store of its own, whose record meets `write` on its way. */
function conversation(write: (record: Record<string, unknown>, store: MemorySessionStore) => Promise<void>) {
  const store = new MemorySessionStore({ sessionSeconds: 60, leaseSeconds: 10, limits });
  const records: Record<string, unknown>[] = [];
  const sink = {
    async write(line: string) {
      const record = JSON.parse(line);
      await write(record, store);
      records.push(record);
    },
  };
  const count = async (text: string) => countTokens(text);
  const audit = new AuditLog(sink, { content: 'none', required: true, hash: keyedHash('k'), complain: () => {} });
  const parts: TurnParts = {
    store,
    audit,
    telemetry: new Telemetry(undefined),
    model: demo(0),
    summarizer: demo(0),
    prompts: new Prompts({ count, countWhenLoaded: count }, assistants, bounds),
    assistants,
    running: new RunningTurns(),
    leaseMs: 500,
    deadlineMs,
    toolbox: { toolsOf: async () => new Map() },
    complain: () => {},
    newId: randomUUID,
    now: Date.now,
  };
  const turn = {
    requestId: 'r',
    traceparent: undefined,
    message: 'Hi',
    sessionId: undefined,
    assistant: undefined,
    idempotency: undefined,
  };
  const talk = () => takeTurn(parts, 'owner', turn).then((events) => Array.fromAsync(events));
  const sessions = async () => (await store.scan('owner')).sessions;
  return { talk, records, sessions, parts, turn, audit };
}

describe('a turn', () => {
  test('is not stored before its record is kept', async () => {
    let storedAtRecord: number | undefined;
    const { talk, records, sessions } = conversation(async (_, store) => {
      storedAtRecord = (await store.scan('owner')).sessions.length;
    });
    await talk();
    expect(storedAtRecord).toBe(0);
    expect(await sessions()).toHaveLength(1);
    expect(records).toMatchObject([{ outcome: 'answered', failure: null, model: 'demo' }]);
  });

  test('that is lost after its record was kept has a second one, for the same turn', async () => {
    const { talk, records, sessions } = conversation(async ({ session_id }, store) => {
      await store.delete('owner', String(session_id));
    });
    await expect(talk()).rejects.toMatchObject({ code: 'turn-lost' });
    expect(await sessions()).toEqual([]);
    expect(records).toMatchObject([
      { outcome: 'answered', failure: null },
      { outcome: 'failed', failure: 'turn-lost', turn_id: records[0]?.['turn_id'] },
    ]);
  });

  test('whose record cannot be kept, or not in time, is not stored, and its session is free again', async () => {
    for (const broken of [() => Promise.reject(new Error('full')), () => new Promise<never>(() => {})]) {
      let isBroken = true;
      const { talk, sessions } = conversation(async () => {
        if (isBroken) await broken();
      });
      const start = performance.now();
      await expect(talk()).rejects.toMatchObject({ code: 'store-unavailable' });
      // Long before the turn's own end.
      expect(performance.now() - start).toBeLessThan(deadlineMs / 2);
      expect(await sessions()).toEqual([]);
      isBroken = false;
      await talk();
      expect(await sessions()).toHaveLength(1);
    }
  });

  test('that nobody listens to any more has a record that says it was given up', async () => {
    const { parts, turn, records, audit } = conversation(async () => {});
    for await (const _ of await takeTurn(parts, 'owner', turn)) break;
    await audit.flush();
    expect(records).toMatchObject([{ outcome: 'failed', failure: 'turn-lost', turn_id: expect.any(String) }]);
  });

  test('that nobody listens to any more ends the call of its model', async () => {
    const { parts, turn } = conversation(async () => {});
    let asked: AbortSignal | undefined;
    const model: Model = {
      name: 'A',
      async stream(_messages, _options, signal, tell) {
        asked = signal;
        tell({ type: 'delta', text: 'Well' });
        await once(signal, 'abort');
        signal.throwIfAborted();
      },
    };
    for await (const { type } of await takeTurn({ ...parts, model }, 'owner', turn)) if (type === 'token-said') break;
    expect(asked?.reason).toMatchObject({ code: 'turn-lost' });
  });
});
