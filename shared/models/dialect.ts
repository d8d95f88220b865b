import type { TextMessage } from '../conversation/ports/model.ts';
import type { RemoteModelSettings } from './model-settings.ts';
import { refusedParameter, wantsAlternation } from './refused-parameter.ts';

type Parameters = Record<string, unknown>;

/** What takes the place of a parameter that an upstream refuses; without an entry it is left out. */
const SUBSTITUTES: Record<string, string> = {
  max_tokens: 'max_completion_tokens',
  max_completion_tokens: 'max_tokens',
};

/** What an upstream may do without. Anything else that it refuses is a failure. */
const OPTIONAL = new Set([
  'temperature',
  'top_p',
  'reasoning_effort',
  'reasoning',
  'stop',
  'stream_options',
  'prompt_cache_key',
  'include',
  'tool_choice',
  'parallel_tool_calls',
  'store',
  ...Object.keys(SUBSTITUTES),
]);

/** Models that reason refuse sampling parameters. A deployment may have any name, so what is refused is learnt too. */
export function isReasoning(model: string): boolean {
  return /(^|[^a-z])(o\d|gpt-5)/i.test(model);
}

/** OpenAI's own API and Azure's take parameters that compatible servers do not all know. */
export function isOpenAI({ kind, baseUrl }: RemoteModelSettings): boolean {
  return kind === 'azure' || new URL(baseUrl).hostname === 'api.openai.com';
}

/**
 * The parameters that one upstream takes, in the form that it takes. One that is refused is replaced or left out, and the
 * call is made again; from then on, for as long as the process lives, it is not sent any more. Of two names for the same
 * one is always sent: a bound of the answer is not given up, and where the upstream takes neither name the call fails.
 */
export class Dialect {
  readonly #refused = new Set<string>();
  /** Whether it wants the speakers to take turns. */
  #alternates = false;

  /** @param send is called with the parameters to send; what it throws for anything else is passed on */
  async negotiate<T>(parameters: Parameters, send: (accepted: Parameters) => Promise<T>): Promise<T> {
    const refusedHere = new Set<string>();
    // Each round refuses a parameter more, so this ends.
    for (;;) {
      const accepted = this.#accepted(parameters);
      try {
        return await send(accepted);
      } catch (error) {
        if (!this.#alternates && wantsAlternation(error)) {
          this.#alternates = true;
          continue;
        }
        const refused = refusedParameter(error)?.split('.')[0] ?? '';
        // Another call may have learnt it meanwhile, so what counts is that it was sent.
        if (!OPTIONAL.has(refused) || !(refused in accepted) || refusedHere.has(refused)) throw error;
        const substitute = SUBSTITUTES[refused];
        // What an upstream took once it may refuse after an update, and take what it refused before.
        if (substitute !== undefined) this.#refused.delete(substitute);
        if (substitute !== undefined && refusedHere.has(substitute)) throw error;
        refusedHere.add(refused);
        this.#refused.add(refused);
      }
    }
  }

  #accepted(parameters: Parameters): Parameters {
    const accepted: Parameters = {};
    for (const [name, value] of Object.entries(parameters)) {
      if (value === undefined) continue;
      const substitute = SUBSTITUTES[name];
      if (!this.#refused.has(name)) accepted[name] = value;
      else if (substitute !== undefined) accepted[substitute] = value;
    }
    const { messages } = parameters;
    if (this.#alternates && messages !== undefined) accepted['messages'] = joined(messages as ChatMessage[]);
    return accepted;
  }
}

/** A message as it is sent: a text, or a call or a result, which stay as they are. */
type ChatMessage = TextMessage | { role: 'assistant' | 'tool' };

/** Texts of the same role in a row as one. */
function joined(messages: readonly ChatMessage[]): ChatMessage[] {
  const all: ChatMessage[] = [];
  for (const message of messages) {
    const last = all.at(-1);
    if (last !== undefined && isText(last) && isText(message) && last.role === message.role) {
      all[all.length - 1] = { role: last.role, content: `${last.content}\n\n${message.content}` };
    } else all.push(message);
  }
  return all;
}

function isText(message: ChatMessage): message is TextMessage {
  return message.role !== 'tool' && !('tool_calls' in message);
}
