import type { EnvironmentReader } from '../platform/environment.ts';

/** A model behind HTTP. */
export interface RemoteModelSettings {
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
  /** Asked for summaries in place of `model`. */
  summaryModel?: string | undefined;
}

/** Which model answers. `demo` needs no account, and is refused in Azure. */
export type ModelSettings = { kind: 'demo' } | RemoteModelSettings;

export function readModelSettings(environment: EnvironmentReader, inAzure: boolean): ModelSettings {
  const { faults } = environment;
  const text = (name: string) => environment.text(name);
  const api = environment.choice('MODEL_API', ['chat', 'responses', 'completions']);
  const tokenScope = text('AZURE_OPENAI_TOKEN_SCOPE') ?? 'https://ai.azure.com/.default';
  const endpoint = environment.url('AZURE_OPENAI_ENDPOINT');
  const baseUrl = environment.url('OPENAI_BASE_URL');
  environment.requires('AZURE_OPENAI_ENDPOINT', ['AZURE_OPENAI_DEPLOYMENT']);
  environment.requires('AZURE_OPENAI_DEPLOYMENT', ['AZURE_OPENAI_ENDPOINT']);
  environment.requires('AZURE_OPENAI_API_KEY', ['AZURE_OPENAI_ENDPOINT']);
  environment.requires('AZURE_OPENAI_FALLBACK_DEPLOYMENTS', ['AZURE_OPENAI_DEPLOYMENT']);
  environment.requires('SUMMARY_DEPLOYMENT', ['AZURE_OPENAI_DEPLOYMENT']);
  environment.requires('SUMMARY_MODEL', ['OPENAI_MODEL']);
  environment.requires('OPENAI_API_KEY', ['OPENAI_MODEL']);
  environment.requires('OPENAI_BASE_URL', ['OPENAI_MODEL']);
  const azure = text('AZURE_OPENAI_ENDPOINT') !== undefined;
  const openai = ['OPENAI_API_KEY', 'OPENAI_BASE_URL', 'OPENAI_MODEL'].some((name) => text(name) !== undefined);
  if (azure && openai) faults.push('AZURE_OPENAI_ENDPOINT and the OPENAI_ settings exclude each other: keep one set');
  if (text('OPENAI_MODEL') !== undefined && text('OPENAI_API_KEY') === undefined && baseUrl === undefined) {
    faults.push('OPENAI_MODEL needs OPENAI_API_KEY or OPENAI_BASE_URL beside it');
  }
  if (azure) {
    return {
      kind: 'azure',
      api,
      baseUrl: new URL('openai/v1/', withSlash(endpoint ?? 'https://invalid')).href,
      apiKey: text('AZURE_OPENAI_API_KEY'),
      tokenScope,
      model: text('AZURE_OPENAI_DEPLOYMENT') ?? '',
      fallbackModels: environment.list('AZURE_OPENAI_FALLBACK_DEPLOYMENTS'),
      summaryModel: text('SUMMARY_DEPLOYMENT'),
    };
  }
  if (openai) {
    return {
      kind: 'openai',
      api,
      baseUrl: withSlash(baseUrl ?? 'https://api.openai.com/v1'),
      // A compatible server on its own URL may want no key; it is sent one all the same.
      apiKey: text('OPENAI_API_KEY') ?? 'none',
      tokenScope,
      model: text('OPENAI_MODEL') ?? '',
      fallbackModels: [],
      summaryModel: text('SUMMARY_MODEL'),
    };
  }
  if (inAzure) {
    faults.push('AZURE_OPENAI_ENDPOINT (or OPENAI_MODEL) is missing: the demo model is not for use in Azure');
  }
  return { kind: 'demo' };
}

/** Where no tools can be offered: why, as the end of a sentence. */
export function whyNoTools(model: ModelSettings): string | undefined {
  return model.kind !== 'demo' && model.api === 'completions' ? 'MODEL_API=completions takes none' : undefined;
}

function withSlash(base: string): string {
  return base.endsWith('/') ? base : `${base}/`;
}
