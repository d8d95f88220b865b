import { randomUUID } from 'node:crypto';
import { AuditLog } from '../../shared/audit/audit-log.ts';
import type { Assistant } from '../../shared/conversation/assistant.ts';
import type { TurnEvent } from '../../shared/conversation/events.ts';
import type { HeldLease } from '../../shared/conversation/held-lease.ts';
import type { Model } from '../../shared/conversation/ports/model.ts';
import type { SessionStore } from '../../shared/conversation/ports/session-store.ts';
import type { TokenCounter } from '../../shared/conversation/ports/token-counter.ts';
import type { Tool } from '../../shared/conversation/ports/toolbox.ts';
import type { ObservedAside, ObservedTurn } from '../../shared/conversation/ports/turn-observer.ts';
import { Prompts } from '../../shared/conversation/prompts.ts';
import { RunningTurns } from '../../shared/conversation/running-turns.ts';
import { takeTurn } from '../../shared/conversation/turn.ts';
import type { TurnParts } from '../../shared/conversation/turn-parts.ts';
import type { TurnRequest } from '../../shared/conversation/turn-request.ts';
import { keyedHash } from '../../shared/platform/keyed-hash.ts';
import { MemorySessionStore } from '../../shared/sessions/memory/memory-session-store.ts';
import { Telemetry } from '../../shared/telemetry/telemetry.ts';
import { countTokens } from '../tokens/o200k.ts';

export const OWNER = 'owner';

export const rules = {
  sessionSeconds: 60,
  leaseSeconds: 10,
  limits: { requests_per_minute: 0, tokens_per_minute: 0, tokens_per_day: 0 },
};

export const assistants: ReadonlyMap<string, Assistant> = new Map([
  ['default', { name: 'default', title: 't', description: 'd', systemPrompt: 'Be kind.' }],
  [
    'poet',
    {
      name: 'poet',
      title: 't',
      description: 'd',
      systemPrompt: 'Speak in verse.',
      maxOutputTokens: 50,
      temperature: 1,
    },
  ],
]);

/** Counts exactly, and at once. */
export const counter: TokenCounter = {
  count: async (text) => countTokens(text),
  countWhenLoaded: async (text) => countTokens(text),
};

/** Those of this process, by their leases. */
class KnownTurns extends RunningTurns {
  readonly leases = new Set<HeldLease>();

  override add(lease: HeldLease): void {
    this.leases.add(lease);
    super.add(lease);
  }

  override delete(lease: HeldLease): void {
    this.leases.delete(lease);
    super.delete(lease);
  }
}

interface Options {
  store?: SessionStore;
  owner?: string;
  /** Those on offer. */
  offered?: ReadonlyMap<string, Assistant>;
  counter?: TokenCounter;
  summarizer?: Model;
  /** Of every assistant. */
  tools?: readonly Tool[];
  maxContextTokens?: number;
  contextOverflow?: 'summarize' | 'drop';
  leaseMs?: number;
  deadlineMs?: number;
  now?: () => number;
}

/** Turns that are taken in this process, with real parts; what they tell audit and telemetry is kept. */
export class Conversation {
  readonly records: Record<string, unknown>[] = [];
  readonly observed: ObservedTurn[] = [];
  readonly observedAsides: ObservedAside[] = [];
  readonly complaints: string[] = [];
  /** Of the turns that run. */
  readonly leases: ReadonlySet<HeldLease>;
  readonly store: SessionStore;
  readonly owner: string;
  readonly parts: TurnParts;
  readonly #audit: AuditLog;
  readonly #telemetry: Telemetry;

  constructor(model: Model, options: Options = {}) {
    const { store = new MemorySessionStore(rules), maxContextTokens = 3000, leaseMs = 10_000 } = options;
    const { offered = assistants, contextOverflow = 'drop' } = options;
    const bounds = { maxContextTokens, maxOutputTokens: 500, contextOverflow };
    const sink = { write: async (line: string) => void this.records.push(JSON.parse(line)) };
    const exporter = {
      export: (turn: ObservedTurn) => void this.observed.push(turn),
      exportAside: (aside: ObservedAside) => void this.observedAsides.push(aside),
      exportFeedback: () => {},
      flush: async () => {},
    };
    this.store = store;
    this.owner = options.owner ?? OWNER;
    this.#audit = new AuditLog(sink, { content: 'full', required: true, hash: keyedHash('k') });
    this.#telemetry = new Telemetry(async () => exporter);
    const running = new KnownTurns();
    this.leases = running.leases;
    this.parts = {
      store,
      audit: this.#audit,
      telemetry: this.#telemetry,
      model,
      summarizer: options.summarizer ?? model,
      prompts: new Prompts(options.counter ?? counter, offered, bounds),
      assistants: offered,
      running,
      leaseMs,
      deadlineMs: options.deadlineMs ?? 60_000,
      toolbox: { toolsOf: async () => new Map((options.tools ?? []).map((tool) => [tool.offered.name, tool])) },
      complain: (complaint) => void this.complaints.push(complaint),
      newId: randomUUID,
      now: options.now ?? Date.now,
    };
  }

  /** A turn's events, as they come; it begins with the first. */
  async *take(message: string, asked: Partial<TurnRequest> = {}): AsyncGenerator<TurnEvent> {
    yield* await takeTurn(this.parts, this.owner, {
      requestId: 'request',
      traceparent: undefined,
      message,
      sessionId: undefined,
      assistant: undefined,
      idempotency: undefined,
      ...asked,
    });
  }

  /** A whole turn. */
  async talk(message: string, asked: Partial<TurnRequest> = {}) {
    return told(await Array.fromAsync(this.take(message, asked)));
  }

  /** A session's messages; `undefined` where there is no such session. */
  async messages(sessionId: string) {
    const history = await this.store.history(this.owner, sessionId, { limit: 100, before: undefined });
    return typeof history === 'object' ? history.items : undefined;
  }

  /** Resolves once all that was told to audit and telemetry is here. */
  async flush(): Promise<void> {
    await this.#audit.flush();
    await this.#telemetry.flush();
  }
}

/** The events of a turn by their kinds. */
export function told(events: TurnEvent[]) {
  const [started] = events.filter((event) => event.type === 'turn-started');
  const [finished] = events.filter((event) => event.type === 'turn-finished');
  const tokens = events.filter((event) => event.type === 'token-said').map(({ token }) => token);
  if (started === undefined) throw new Error('the turn has no start');
  return { events, started, sessionId: started.session_id, turnId: started.turn_id, tokens, finished };
}

/** Reads a turn up to its first token, and goes on reading when it is told to. */
export async function toFirstToken(turn: AsyncGenerator<TurnEvent>) {
  const events: TurnEvent[] = [];
  for (;;) {
    const { value, done } = await turn.next();
    if (done) throw new Error('the turn said nothing');
    events.push(value);
    if (value.type !== 'token-said') continue;
    const rest = async () => told([...events, ...(await Array.fromAsync(turn))]);
    return { ...told(events), rest };
  }
}
