import { type AuditSettings, readAuditSettings } from './audit/audit-settings.ts';
import type { Branding } from './branding/branding.ts';
import { readBrandingSettings } from './branding/branding-settings.ts';
import type { ContextOverflow } from './conversation/assistant.ts';
import type { Limits } from './conversation/limits.ts';
import { type AuthSettings, readAuthSettings } from './identity/auth-settings.ts';
import { type ModelSettings, readModelSettings } from './models/model-settings.ts';
import { isOnAzure, unresolvedReferences } from './platform/azure-platform.ts';
import { type Environment, EnvironmentReader } from './platform/environment.ts';
import { readStoreSettings, type StoreSettings } from './sessions/store-settings.ts';
import { readTelemetrySettings, type TelemetrySettings } from './telemetry/telemetry-settings.ts';

export interface Settings {
  /** True where the platform, or `PARLEY_ENVIRONMENT`, says that this process runs in Azure. */
  inAzure: boolean;
  auth: AuthSettings;
  /** Keys the hash that stands for a caller in the store and in logs. */
  ownerHashKey: string;
  store: StoreSettings;
  model: ModelSettings;
  sessionTtlSeconds: number;
  turnLeaseSeconds: number;
  turnDeadlineSeconds: number;
  modelTimeoutSeconds: number;
  /** Tokens of the whole prompt: system prompt, window and new message. */
  maxContextTokens: number;
  maxOutputTokens: number;
  /** What becomes of the oldest turns when a conversation nears its budget; an assistant may say otherwise. */
  contextOverflow: ContextOverflow;
  /** Who names a session that is listed: the model, beside the first answer, or the first words of its first message. */
  sessionTitles: 'model' | 'first-words';
  maxMessageCharacters: number;
  maxBodyBytes: number;
  telemetry: TelemetrySettings;
  limits: Limits;
  audit: AuditSettings;
  /** Of the chat page. */
  branding: Branding;
}

/** Thrown when the environment holds no settings that the service can work with; the message names every fault. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  constructor(faults: string[]) {
    super(`The settings cannot be used:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
  }
}

/**
 * Reads every setting, once; each adapter reads its own. `docs/settings.md` explains them.
 *
 * @throws {SettingsError} with all faults in one message; it names settings, never their values.
 */
export function readSettings(variables: Environment): Settings {
  const environment = new EnvironmentReader(variables);
  const { faults } = environment;
  for (const name of unresolvedReferences(variables)) {
    faults.push(
      `${name} is a reference that Azure did not resolve: the app's identity may not read it, or it names nothing`,
    );
  }
  const inAzure = environment.choice('PARLEY_ENVIRONMENT', ['auto', 'azure']) === 'azure' || isOnAzure(variables);
  const ownerHashKey = environment.text('OWNER_HASH_KEY');
  if (inAzure && ownerHashKey === undefined) faults.push('OWNER_HASH_KEY is missing: it keys the hash of callers');
  const integer: EnvironmentReader['integer'] = (...range) => environment.integer(...range);
  const settings: Settings = {
    inAzure,
    auth: readAuthSettings(environment, inAzure),
    ownerHashKey: ownerHashKey ?? 'local',
    store: readStoreSettings(environment, inAzure),
    model: readModelSettings(environment, inAzure),
    sessionTtlSeconds: integer('SESSION_TTL_SECONDS', 3600, 1, 31_536_000),
    turnLeaseSeconds: integer('TURN_LEASE_SECONDS', 10, 1, 60),
    turnDeadlineSeconds: integer('TURN_DEADLINE_SECONDS', 210, 1, 220),
    modelTimeoutSeconds: integer('MODEL_TIMEOUT_SECONDS', 60, 1, 220),
    maxContextTokens: integer('MAX_CONTEXT_TOKENS', 3000, 50, 2_000_000),
    maxOutputTokens: integer('MAX_OUTPUT_TOKENS', 500, 1, 200_000),
    contextOverflow: environment.choice('CONTEXT_OVERFLOW', ['summarize', 'drop']),
    sessionTitles: environment.choice('SESSION_TITLES', ['model', 'first-words']),
    maxMessageCharacters: integer('MAX_MESSAGE_CHARACTERS', 32_000, 1, 1_000_000),
    maxBodyBytes: integer('MAX_BODY_BYTES', 262_144, 1024, 16_777_216),
    telemetry: readTelemetrySettings(environment),
    limits: {
      requests_per_minute: integer('RATE_LIMIT_PER_MINUTE', 0, 0, 1_000_000),
      tokens_per_minute: integer('TOKEN_LIMIT_PER_MINUTE', 0, 0, 1_000_000_000),
      tokens_per_day: integer('TOKEN_LIMIT_PER_DAY', 0, 0, 1_000_000_000_000),
    },
    audit: readAuditSettings(environment),
    branding: readBrandingSettings(environment),
  };
  faults.push(...limitFaults(settings));
  if (faults.length > 0) throw new SettingsError(faults);
  return settings;
}

/** A limit under which one largest turn could never fit would refuse everything. */
function limitFaults({ maxContextTokens, maxOutputTokens, limits }: Settings): string[] {
  const largestTurn = maxContextTokens + maxOutputTokens;
  const named = { TOKEN_LIMIT_PER_MINUTE: limits.tokens_per_minute, TOKEN_LIMIT_PER_DAY: limits.tokens_per_day };
  return Object.entries(named)
    .filter(([, limit]) => limit > 0 && limit < largestTurn)
    .map(([name]) => `${name} must be 0 or at least MAX_CONTEXT_TOKENS + MAX_OUTPUT_TOKENS, ${largestTurn}`);
}
