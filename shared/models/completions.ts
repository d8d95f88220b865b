import type { Model, PromptMessage, Tell, TextMessage } from '../conversation/ports/model.ts';
import { type ChatUsage, chatUsageOf } from './chat-completions.ts';
import { type Said, streamCompletion } from './completion-stream.ts';
import type { Post } from './create-post.ts';
import { Dialect } from './dialect.ts';
import { endingOf } from './ending.ts';
import type { RemoteModelSettings } from './model-settings.ts';
import { failureOfEvent } from './upstream-failure.ts';

interface Chunk {
  error?: unknown;
  object?: unknown;
  choices?: { text?: unknown; finish_reason?: unknown; content_filter_results?: unknown }[];
  usage?: ChatUsage | null;
}

const LABELS: Record<TextMessage['role'], string> = { system: 'System', user: 'Human', assistant: 'Assistant' };

/** At the start of a line, behind white space or invisible characters of that line. */
const LABEL = /^([[\s\p{Cf}]--[\n\r\u2028\u2029]]*(?:System|Human|Assistant))(\s*:)/gimv;

/** Where the model would begin to speak for somebody else. */
const STOP = ['Human:', 'System:'];

/** Legacy completions: the conversation is written as one prompt, as in the days before chat models. */
export function completions(settings: RemoteModelSettings, post: Post, timeoutMs: number): Model {
  const dialect = new Dialect();
  const { model, tokenScope } = settings;
  return {
    name: `${settings.kind}:${model}`,
    stream: (messages, { maxOutputTokens, temperature, topP }, signal, tell) =>
      streamCompletion(
        { timeoutMs, tokenScope },
        {
          open: (either) => {
            const parameters = {
              model,
              prompt: promptOf(messages),
              stream: true,
              stream_options: { include_usage: true },
              max_tokens: maxOutputTokens,
              temperature,
              top_p: topP,
              stop: STOP,
            };
            return dialect.negotiate(parameters, (accepted) => post('completions', accepted, either));
          },
          read,
        },
        signal,
        trimmed(tell),
      ),
  };
}

/**
 * The conversation as one text. A label at the start of a line inside a message would read as another speaker's turn: a
 * zero-width space behind its word keeps it text. The first message is the assistant's own prompt, which may write labels
 * on purpose.
 */
export function promptOf(messages: readonly PromptMessage[]): string {
  // It takes no tools: settings that give it some are refused at the start.
  const texts = messages.filter((message): message is TextMessage => message.role !== 'tool');
  const lines = texts.map(({ role, content }, place) => {
    const text = role === 'system' && place === 0 ? content : content.replace(LABEL, '$1\u200b$2');
    return `${LABELS[role]}: ${text}\n`;
  });
  return [...lines, 'Assistant:'].join('\n');
}

function read(event: Record<string, unknown>): Said {
  const { error, object, choices, usage } = event as Chunk;
  // Some servers send the error bare.
  if (error || object === 'error') throw failureOfEvent(error || event);
  const choice = choices?.[0];
  const text = typeof choice?.text === 'string' ? choice.text : undefined;
  return {
    text,
    ending: endingOf(choice?.finish_reason, choice?.content_filter_results),
    usage: chatUsageOf(usage),
    isProgress: text !== undefined,
  };
}

/** Tells the answer without white space around it: what may be its end is held back until more follows. */
function trimmed(tell: Tell): Tell {
  let heldBack = '';
  let hasBegun = false;
  return (event) => {
    if (event.type !== 'delta') return tell(event);
    const text = heldBack + (hasBegun ? event.text : event.text.trimStart());
    const said = text.trimEnd();
    heldBack = text.slice(said.length);
    if (said === '') return;
    hasBegun = true;
    tell({ type: 'delta', text: said });
  };
}
