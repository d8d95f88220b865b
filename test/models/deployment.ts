import type { TokenCredential } from '@azure/identity';
import type { Model } from '../../shared/conversation/ports/model.ts';
import { chatCompletions } from '../../shared/models/chat-completions.ts';
import { completions } from '../../shared/models/completions.ts';
import { createPost } from '../../shared/models/create-post.ts';
import type { RemoteModelSettings } from '../../shared/models/model-settings.ts';
import { responses } from '../../shared/models/responses.ts';
import type { ScriptedUpstream } from '../upstream/scripted-upstream.ts';

export type Api = RemoteModelSettings['api'];

const adapters = { chat: chatCompletions, responses, completions };
export const apis = Object.keys(adapters) as Api[];

interface DeploymentOptions extends Partial<RemoteModelSettings> {
  timeoutMs?: number;
  identity?: TokenCredential;
}

/** An adapter for a model that an upstream serves; by default as an OpenAI-compatible server. */
export function deployment(
  api: Api,
  { origin }: Pick<ScriptedUpstream, 'origin'>,
  { timeoutMs = 20_000, identity, ...more }: DeploymentOptions = {},
): Model {
  const azure = more.kind === 'azure';
  const settings: RemoteModelSettings = {
    kind: 'openai',
    api,
    baseUrl: `${origin}${azure ? '/openai' : ''}/v1/`,
    apiKey: 'the-key',
    tokenScope: 'https://ai.azure.com/.default',
    model: 'gpt-4.1-mini',
    fallbackModels: [],
    ...more,
  };
  return adapters[api](settings, createPost(settings, identity), timeoutMs);
}
