import type { Model } from '../conversation/ports/model.ts';
import { chatCompletions } from './chat-completions.ts';
import { completions } from './completions.ts';
import { createPost } from './create-post.ts';
import { demo } from './demo.ts';
import type { ModelSettings } from './model-settings.ts';
import { responses } from './responses.ts';
import { retrying } from './retrying.ts';

const adapters = { chat: chatCompletions, responses, completions };

/** The model that summarises, asked once each time: without a retry, a fall-back or the breaker of the one that answers. */
export function createSummarizer(settings: ModelSettings, { timeoutSeconds }: { timeoutSeconds: number }): Model {
  if (settings.kind === 'demo') return demo();
  const model = settings.summaryModel ?? settings.model;
  return adapters[settings.api]({ ...settings, model }, createPost(settings), timeoutSeconds * 1000);
}

/** The model that the settings name, with its fall-backs. Nothing is loaded or opened before its first use. */
export function createModel(settings: ModelSettings, { timeoutSeconds }: { timeoutSeconds: number }): Model {
  if (settings.kind === 'demo') return demo();
  const post = createPost(settings);
  const deployment = (model: string) => adapters[settings.api]({ ...settings, model }, post, timeoutSeconds * 1000);
  return retrying([deployment(settings.model), ...settings.fallbackModels.map(deployment)]);
}
