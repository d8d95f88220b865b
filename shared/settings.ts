import type { AuditSettings } from './audit/create-audit-log.ts';
import { isOnAzure, unresolvedReferences } from './azure-platform.ts';
import type { Limits } from './conversation/limits.ts';
import type { RedisPlace } from './sessions/redis-connection.ts';
import type { TelemetrySettings } from './telemetry/create-telemetry.ts';

/** Where sessions are kept. `memory` loses them when the process ends, and is refused in Azure. */
export type StoreSettings = { kind: 'memory' } | ({ kind: 'redis' } & RedisPlace);

/** Which model answers. `demo` needs no account, and is refused in Azure. */
export type ModelSettings =
  | { kind: 'demo' }
  | {
      kind: 'azure' | 'openai';
      api: 'chat' | 'responses' | 'completions';
      /** Base of the v1 API, with a slash at the end. */
      baseUrl: string;
      /** Absent: tokens of the process's Microsoft Entra identity, for `tokenScope`. */
      apiKey: string | undefined;
      tokenScope: string;
      /** The deployment's name on Azure, the model's name elsewhere. */
      model: string;
      /** Deployments of the same resource that are asked where the first cannot answer, in this order. */
      fallbackModels: string[];
    };

/** How callers are known. */
export type AuthSettings =
  | { mode: 'open' | 'key' | 'easyauth' }
  | { mode: 'jwt'; issuer: string; audience: string; jwksUrl: string | undefined };

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
  maxMessageCharacters: number;
  maxBodyBytes: number;
  telemetry: TelemetrySettings;
  limits: Limits;
  audit: AuditSettings;
}

/** Thrown when the environment holds no settings that the service can work with; the message names every fault. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  constructor(faults: string[]) {
    super(`The settings cannot be used:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
  }
}

type Environment = Record<string, string | undefined>;

/**
 * Reads every setting, once. An empty variable counts as absent. `docs/settings.md` explains each.
 *
 * @throws {SettingsError} with all faults in one message; it names settings, never their values.
 */
export function readSettings(environment: Environment): Settings {
  const faults: string[] = [];
  const text = (name: string) => environment[name]?.trim() || undefined;

  const list = (name: string) =>
    text(name)
      ?.split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '') ?? [];

  function integer(name: string, fallback: number, least: number, most: number): number {
    const raw = text(name);
    if (raw === undefined) return fallback;
    const value = /^\d{1,13}$/.test(raw) ? Number(raw) : Number.NaN;
    if (value >= least && value <= most) return value;
    faults.push(`${name} must be a whole number from ${least} to ${most}`);
    return fallback;
  }

  function choice<T extends string>(name: string, options: readonly [T, ...T[]]): T {
    const raw = text(name) ?? options[0];
    const found = options.find((option) => option === raw);
    if (found === undefined) faults.push(`${name} must be one of ${options.join(', ')}`);
    return found ?? options[0];
  }

  function url(name: string, protocols: string[]): string | undefined {
    const raw = text(name);
    if (raw === undefined || (URL.canParse(raw) && protocols.includes(new URL(raw).protocol))) return raw;
    faults.push(`${name} must be a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`);
    return undefined;
  }

  function requires(name: string, wanted: string[]): void {
    const missing = wanted.filter((other) => text(other) === undefined);
    if (text(name) !== undefined && missing.length > 0) faults.push(`${name} needs ${missing.join(' and ')} beside it`);
  }

  for (const name of unresolvedReferences(environment)) {
    faults.push(
      `${name} is a reference that Azure did not resolve: the app's identity may not read it, or it names nothing`,
    );
  }

  const inAzure = choice('PARLEY_ENVIRONMENT', ['auto', 'azure']) === 'azure' || isOnAzure(environment);

  function store(): StoreSettings {
    const redisUrl = url('REDIS_URL', ['redis:', 'rediss:']);
    const cluster = choice('REDIS_CLUSTER', ['false', 'true']) === 'true';
    const waitReplicas = integer('REDIS_WAIT_REPLICAS', 0, 0, 5);
    const auth = choice('REDIS_AUTH', ['url', 'entra']);
    if (auth === 'entra' && !(redisUrl && isPrivate(redisUrl))) {
      faults.push(
        'REDIS_AUTH=entra needs a REDIS_URL that begins with rediss://: tokens go over TLS, or to the loopback',
      );
    }
    if (redisUrl !== undefined) return { kind: 'redis', url: redisUrl, cluster, waitReplicas, auth };
    if (cluster) faults.push('REDIS_CLUSTER needs REDIS_URL beside it');
    if (inAzure && text('REDIS_URL') === undefined) {
      faults.push('REDIS_URL is missing: in Azure, sessions are kept in Redis, never in the memory of one instance');
    }
    return { kind: 'memory' };
  }

  function model(): ModelSettings {
    const api = choice('MODEL_API', ['chat', 'responses', 'completions']);
    const tokenScope = text('AZURE_OPENAI_TOKEN_SCOPE') ?? 'https://ai.azure.com/.default';
    const endpoint = url('AZURE_OPENAI_ENDPOINT', ['https:', 'http:']);
    const baseUrl = url('OPENAI_BASE_URL', ['https:', 'http:']);
    requires('AZURE_OPENAI_ENDPOINT', ['AZURE_OPENAI_DEPLOYMENT']);
    requires('AZURE_OPENAI_DEPLOYMENT', ['AZURE_OPENAI_ENDPOINT']);
    requires('AZURE_OPENAI_API_KEY', ['AZURE_OPENAI_ENDPOINT']);
    requires('AZURE_OPENAI_FALLBACK_DEPLOYMENTS', ['AZURE_OPENAI_DEPLOYMENT']);
    requires('OPENAI_API_KEY', ['OPENAI_MODEL']);
    requires('OPENAI_BASE_URL', ['OPENAI_MODEL']);
    const azure = text('AZURE_OPENAI_ENDPOINT') !== undefined;
    const openai = ['OPENAI_API_KEY', 'OPENAI_BASE_URL', 'OPENAI_MODEL'].some((name) => text(name) !== undefined);
    if (azure && openai) faults.push('AZURE_OPENAI_ENDPOINT and the OPENAI_ settings exclude each other: keep one set');
    if (text('OPENAI_MODEL') !== undefined && text('OPENAI_API_KEY') === undefined && baseUrl === undefined) {
      faults.push('OPENAI_MODEL needs OPENAI_API_KEY or OPENAI_BASE_URL beside it');
    }
    const withSlash = (base: string) => (base.endsWith('/') ? base : `${base}/`);
    if (azure) {
      return {
        kind: 'azure',
        api,
        baseUrl: new URL('openai/v1/', withSlash(endpoint ?? 'https://invalid')).href,
        apiKey: text('AZURE_OPENAI_API_KEY'),
        tokenScope,
        model: text('AZURE_OPENAI_DEPLOYMENT') ?? '',
        fallbackModels: list('AZURE_OPENAI_FALLBACK_DEPLOYMENTS'),
      };
    }
    if (openai) {
      return {
        kind: 'openai',
        api,
        baseUrl: withSlash(baseUrl ?? 'https://api.openai.com/v1'),
        // A compatible server on its own URL may want no key; the client library insists on one.
        apiKey: text('OPENAI_API_KEY') ?? 'none',
        tokenScope,
        model: text('OPENAI_MODEL') ?? '',
        fallbackModels: [],
      };
    }
    if (inAzure) {
      faults.push('AZURE_OPENAI_ENDPOINT (or OPENAI_MODEL) is missing: the demo model is not for use in Azure');
    }
    return { kind: 'demo' };
  }

  function audit(): AuditSettings {
    const kind = choice('AUDIT_SINK', ['none', 'log', 'file', 'blob']);
    const content = choice('AUDIT_CONTENT', ['none', 'hash', 'full']);
    const required = choice('AUDIT_REQUIRED', ['false', 'true']) === 'true';
    const path = text('AUDIT_FILE');
    const endpoint = url('AUDIT_BLOB_ENDPOINT', ['https:', 'http:']);
    const connectionString = text('AUDIT_BLOB_CONNECTION_STRING');
    const container = text('AUDIT_BLOB_CONTAINER') ?? 'audit';
    if (required && kind === 'none') faults.push('AUDIT_REQUIRED=true needs an AUDIT_SINK that is not none');
    if (kind === 'file' && path === undefined) faults.push('AUDIT_SINK=file needs AUDIT_FILE beside it');
    if (kind === 'blob' && (text('AUDIT_BLOB_ENDPOINT') === undefined) === (connectionString === undefined)) {
      faults.push('AUDIT_SINK=blob needs AUDIT_BLOB_ENDPOINT or AUDIT_BLOB_CONNECTION_STRING beside it, and only one');
    }
    if (!/^(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(container)) {
      faults.push(
        'AUDIT_BLOB_CONTAINER must be a container name: 3 to 63 lower-case letters, digits and single hyphens',
      );
    }
    const account = connectionString === undefined ? { endpoint: endpoint ?? '' } : { connectionString };
    if (kind === 'file') return { sink: { kind, path: path ?? '' }, content, required };
    return { sink: kind === 'blob' ? { kind, container, account } : { kind }, content, required };
  }

  function auth(): AuthSettings {
    const mode = choice('AUTH_MODE', ['open', 'key', 'easyauth', 'jwt']);
    if (inAzure && mode === 'open') {
      faults.push('AUTH_MODE is missing, or open, which is refused in Azure: it would let anyone in');
    }
    if (mode === 'easyauth' && text('WEBSITE_AUTH_ENABLED')?.toLowerCase() !== 'true') {
      faults.push(
        'AUTH_MODE=easyauth needs App Service authentication to be on: the platform then sets WEBSITE_AUTH_ENABLED',
      );
    }
    const issuer = privateUrl('AUTH_ISSUER');
    const jwksUrl = privateUrl('AUTH_JWKS_URL');
    const audience = text('AUTH_AUDIENCE');
    if (mode !== 'jwt') return { mode };
    if (text('AUTH_ISSUER') === undefined || audience === undefined) {
      faults.push('AUTH_MODE=jwt needs AUTH_ISSUER and AUTH_AUDIENCE beside it');
    }
    return { mode, issuer: issuer ?? '', audience: audience ?? '', jwksUrl };
  }

  /** A URL whose answers nobody on the way can change. */
  function privateUrl(name: string): string | undefined {
    const raw = url(name, ['https:', 'http:']);
    if (raw === undefined || isPrivate(raw)) return raw;
    faults.push(`${name} must begin with https://; http:// is for the loopback only`);
    return undefined;
  }

  function telemetry(): TelemetrySettings {
    const endpoint = url('OTEL_EXPORTER_OTLP_ENDPOINT', ['https:', 'http:']);
    const serviceName = text('OTEL_SERVICE_NAME') ?? text('WEBSITE_SITE_NAME') ?? 'parley';
    const connectionString = text('APPLICATIONINSIGHTS_CONNECTION_STRING');
    const authentication = text('APPLICATIONINSIGHTS_AUTHENTICATION_STRING') ?? '';
    const [, clientId] = /(?:^|;)\s*ClientId=([^;]+)/i.exec(authentication) ?? [];
    const identity = /(?:^|;)\s*Authorization=AAD\s*(?:;|$)/i.test(authentication) ? { clientId } : undefined;
    if (endpoint !== undefined) return { kind: 'otlp', endpoint, serviceName };
    if (connectionString === undefined) return { kind: 'none' };
    return { kind: 'application-insights', connectionString, identity, serviceName };
  }

  const ownerHashKey = text('OWNER_HASH_KEY');
  if (inAzure && ownerHashKey === undefined) faults.push('OWNER_HASH_KEY is missing: it keys the hash of callers');

  const settings: Settings = {
    inAzure,
    auth: auth(),
    ownerHashKey: ownerHashKey ?? 'local',
    store: store(),
    model: model(),
    sessionTtlSeconds: integer('SESSION_TTL_SECONDS', 3600, 1, 31_536_000),
    turnLeaseSeconds: integer('TURN_LEASE_SECONDS', 10, 1, 60),
    turnDeadlineSeconds: integer('TURN_DEADLINE_SECONDS', 210, 1, 220),
    modelTimeoutSeconds: integer('MODEL_TIMEOUT_SECONDS', 60, 1, 220),
    maxContextTokens: integer('MAX_CONTEXT_TOKENS', 3000, 50, 2_000_000),
    maxOutputTokens: integer('MAX_OUTPUT_TOKENS', 500, 1, 200_000),
    maxMessageCharacters: integer('MAX_MESSAGE_CHARACTERS', 32_000, 1, 1_000_000),
    telemetry: telemetry(),
    maxBodyBytes: integer('MAX_BODY_BYTES', 262_144, 1024, 16_777_216),
    limits: {
      requests_per_minute: integer('RATE_LIMIT_PER_MINUTE', 0, 0, 1_000_000),
      tokens_per_minute: integer('TOKEN_LIMIT_PER_MINUTE', 0, 0, 1_000_000_000),
      tokens_per_day: integer('TOKEN_LIMIT_PER_DAY', 0, 0, 1_000_000_000_000),
    },
    audit: audit(),
  };
  const { maxContextTokens, maxOutputTokens, limits } = settings;
  const largestTurn = maxContextTokens + maxOutputTokens;
  for (const [name, limit] of [
    ['TOKEN_LIMIT_PER_MINUTE', limits.tokens_per_minute],
    ['TOKEN_LIMIT_PER_DAY', limits.tokens_per_day],
  ] as const) {
    if (limit > 0 && limit < largestTurn) {
      faults.push(`${name} must be 0 or at least MAX_CONTEXT_TOKENS + MAX_OUTPUT_TOKENS, ${largestTurn}`);
    }
  }
  if (faults.length > 0) throw new SettingsError(faults);
  return settings;
}

/**
 * Whether the platform asks callers for a function key. It is said when functions are registered, before the settings
 * are read and judged.
 */
export function readAuthLevel(environment: Environment): 'function' | 'anonymous' {
  return environment['AUTH_MODE']?.trim() === 'key' ? 'function' : 'anonymous';
}

/** Whether what is sent there can be read by nobody on the way. */
export function isPrivate(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return ['https:', 'rediss:'].includes(protocol) || ['127.0.0.1', '[::1]', 'localhost'].includes(hostname);
}
