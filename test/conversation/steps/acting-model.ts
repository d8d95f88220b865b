import type { CompletionOptions, Model, PromptMessage, Usage } from '../../../shared/conversation/ports/model.ts';
import type { Source } from '../../../shared/conversation/ports/source.ts';
import { TOKENS_PER_MESSAGE, TOKENS_PER_PROMPT } from '../../../shared/conversation/window.ts';
import { countTokens } from '../../tokens/o200k.ts';

/** What a model says in one round, and which tools it calls with which JSON. */
export interface Act {
  says?: string;
  calls?: [name: string, input: unknown][];
  thoughts?: object[];
  /** What it cites. */
  sources?: Source[];
}

/** What it was asked in one round. */
export interface AskedRound {
  messages: PromptMessage[];
  options: CompletionOptions;
}

/**
 * A model that follows a script: which act it is at is seen from the rounds behind the last user's message, so that it
 * says the same whoever asks. Beyond the script it says what it was told at last. It bills by the very tokens.
 */
export class ActingModel implements Model {
  readonly name = 'acting';
  readonly asked: AskedRound[] = [];
  readonly billed: Usage[] = [];
  script: (message: string) => Act[];
  /** Happens before it answers. */
  before: (round: AskedRound) => Promise<unknown> = async () => {};

  constructor(...acts: Act[]) {
    this.script = () => acts;
  }

  async stream(...[messages, options, signal, tell]: Parameters<Model['stream']>): Promise<void> {
    signal.throwIfAborted();
    const round = { messages: structuredClone(messages), options };
    this.asked.push(round);
    tell({ type: 'asked' });
    await this.before(round);
    signal.throwIfAborted();
    const start = messages.findLastIndex(({ role }) => role === 'user');
    const done = messages.slice(start).filter((message) => 'calls' in message).length;
    const message = messages[start]?.content ?? '';
    const act = this.script(message)[done] ?? { says: `Told: ${messages.at(-1)?.content}` };
    const calls = options.tools?.isLast === false ? (act.calls ?? []) : [];
    const says = act.says || (calls.length > 0 ? '' : 'Done.');
    for (const text of says.match(/\S+\s*/g) ?? []) tell({ type: 'delta', text });
    for (const thought of act.thoughts ?? []) tell({ type: 'thought', thought });
    for (const [place, [name, input]] of calls.entries()) {
      const written = typeof input === 'string' ? input : JSON.stringify(input);
      tell({ type: 'called', call: { id: `call_${place}`, name, arguments: written } });
    }
    const prompt_tokens = promptTokensOf(round);
    const completion_tokens = tokensOf(says) + tokensOf(JSON.stringify(calls));
    const total_tokens = prompt_tokens + completion_tokens;
    const usage = { prompt_tokens, completion_tokens, total_tokens, cached_tokens: 0 };
    this.billed.push(usage);
    tell({ type: 'billed', usage });
    const cited = act.sources && { sources: act.sources };
    tell({ type: 'end', finishReason: calls.length > 0 ? 'calls' : 'stop', ...cited });
  }
}

/** What a provider counts of a request, as far as anybody knows. */
function promptTokensOf({ messages, options }: AskedRound): number {
  const texts = messages.flatMap((message) => [
    message.content,
    ...('calls' in message ? message.calls.flatMap((call) => [call.name, call.arguments]) : []),
  ]);
  const offered = options.tools?.offered.map((tool) => JSON.stringify(tool)) ?? [];
  const tokens = [...texts, ...offered].reduce((sum, text) => sum + tokensOf(text), 0);
  return TOKENS_PER_PROMPT + TOKENS_PER_MESSAGE * messages.length + tokens;
}

function tokensOf(text: string): number {
  return countTokens(text).tokens;
}
