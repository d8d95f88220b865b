import { randomUUID } from 'node:crypto';
import { loadAssistants } from './assistants/load-assistants.ts';
import type { AuditLog } from './audit/audit-log.ts';
import { createAuditLog } from './audit/create-audit-log.ts';
import type { Assistant } from './conversation/assistant.ts';
import type { SessionStore } from './conversation/ports/session-store.ts';
import type { Toolbox } from './conversation/ports/toolbox.ts';
import { Prompts } from './conversation/prompts.ts';
import { RunningTurns } from './conversation/running-turns.ts';
import type { TurnParts } from './conversation/turn-parts.ts';
import type { Identify } from './identity/caller.ts';
import { createIdentify } from './identity/create-identify.ts';
import { createModel, createSummarizer } from './models/create-model.ts';
import { whyNoTools } from './models/model-settings.ts';
import type { Environment } from './platform/environment.ts';
import { type KeyedHash, keyedHash } from './platform/keyed-hash.ts';
import { MemorySessionStore } from './sessions/memory/memory-session-store.ts';
import { RedisConnection } from './sessions/redis/redis-connection.ts';
import { RedisSessionStore } from './sessions/redis/redis-session-store.ts';
import { readSettings, type Settings, SettingsError } from './settings.ts';
import { createTelemetry } from './telemetry/create-telemetry.ts';
import type { Telemetry } from './telemetry/telemetry.ts';
import { encodingOf } from './tokens/encoding.ts';
import { WorkerTokenCounter } from './tokens/worker-token-counter.ts';
import { createToolbox } from './tools/create-toolbox.ts';
import { loadTools } from './tools/load-tools.ts';

/** Everything that a request needs. Built once per process; nothing is opened before its first use. */
export interface Services {
  settings: Settings;
  identify: Identify;
  hash: KeyedHash;
  assistants: ReadonlyMap<string, Assistant>;
  store: SessionStore;
  audit: AuditLog;
  telemetry: Telemetry;
  /** The model can be told of tools. */
  takesTools: boolean;
  turns: TurnParts;
}

let built: Services | undefined;

/**
 * The process's services; the only place that knows every adapter.
 *
 * @throws {SettingsError} when the environment holds no usable settings, or assistants list tools that are not there.
 */
export function services(): Services {
  built ??= build(readSettings(process.env), process.env);
  return built;
}

function build(settings: Settings, environment: Environment): Services {
  const assistants = loadAssistants();
  const hash = keyedHash(settings.ownerHashKey);
  const store = createStore(settings);
  const audit = createAuditLog(settings.audit, hash);
  const telemetry = createTelemetry(settings.telemetry);
  return {
    settings,
    identify: createIdentify(settings.auth, hash),
    hash,
    assistants,
    store,
    audit,
    telemetry,
    takesTools: whyNoTools(settings.model) === undefined,
    turns: {
      store,
      audit,
      telemetry,
      model: createModel(settings.model, { timeoutSeconds: settings.modelTimeoutSeconds }),
      summarizer: createSummarizer(settings.model, { timeoutSeconds: settings.modelTimeoutSeconds }),
      prompts: new Prompts(createTokenCounter(settings), assistants, settings),
      assistants,
      running: new RunningTurns(),
      leaseMs: settings.turnLeaseSeconds * 1000,
      deadlineMs: settings.turnDeadlineSeconds * 1000,
      toolbox: usableToolbox(settings, assistants, environment),
      newId: randomUUID,
      complain: console.error,
      now: Date.now,
    },
  };
}

function usableToolbox({ model }: Settings, assistants: Services['assistants'], environment: Environment): Toolbox {
  const faults: string[] = [];
  const toolbox = createToolbox({ ...loadTools(), assistants, environment, refused: whyNoTools(model) }, faults);
  if (faults.length > 0) throw new SettingsError(faults);
  return toolbox;
}

function createStore({ store, sessionTtlSeconds, turnLeaseSeconds, limits }: Settings): SessionStore {
  const rules = { sessionSeconds: sessionTtlSeconds, leaseSeconds: turnLeaseSeconds, limits };
  if (store.kind === 'memory') return new MemorySessionStore(rules);
  return new RedisSessionStore(new RedisConnection(store), rules);
}

function createTokenCounter({ model }: Settings): WorkerTokenCounter {
  return new WorkerTokenCounter(model.kind === 'demo' ? {} : { encoding: encodingOf(model.model) });
}
