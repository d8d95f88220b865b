import type { CompletionOptions, Model, PromptMessage } from '../../../shared/conversation/ports/model.ts';
import { countTokens } from '../../tokens/o200k.ts';

/** What a model says in one round, and which tools it calls with which JSON. */
export interface Act {
  says?: string;
  calls?: [name: string, input: unknown][];
  thoughts?: object[];
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
    const says = act.says ?? (calls.length > 0 ? '' : 'Done.');
    for (const text of says.match(/\S+\s*/g) ?? []) tell({ type: 'delta', text });
    for (const thought of act.thoughts ?? []) tell({ type: 'thought', thought });
    for (const [place, [name, input]] of calls.entries()) {
      const written = typeof input === 'string' ? input : JSON.stringify(input);
      tell({ type: 'called', call: { id: `call_${place}`, name, arguments: written } });
    }
    const prompt_tokens = countTokens(JSON.stringify(messages)).tokens;
    const completion_tokens = countTokens(says + JSON.stringify(calls)).tokens;
    const total_tokens = prompt_tokens + completion_tokens;
    tell({ type: 'billed', usage: { prompt_tokens, completion_tokens, total_tokens, cached_tokens: 0 } });
    tell({ type: 'end', finishReason: calls.length > 0 ? 'calls' : 'stop' });
  }
}
