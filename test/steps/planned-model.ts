import type { Script } from '../upstream/script.ts';

/** What a model does in each round of a turn: what it says, and the tools that it calls, each with its input. */
export type Plan = { says?: string; calls?: [tool: string, input: object][] }[];

interface Message {
  role: string;
  content?: string;
  tool_calls?: unknown[];
}

/** A message that asks a planned model for this. */
export function planned(name: string, plan: Plan): string {
  return `${name}: ${JSON.stringify(plan)}`;
}

/**
 * What a model says that follows the plan in the last user's message; behind that, what it was told last. It has no
 * memory: the same is asked, the same is said.
 *
 * @param body of a request for chat completions
 */
export function followPlan(body: Record<string, unknown>): Script {
  const messages = body['messages'] as Message[];
  const start = messages.findLastIndex(({ role }) => role === 'user');
  const plan = planOf(messages[start]?.content ?? '');
  const round = messages.slice(start).filter(({ tool_calls }) => tool_calls !== undefined).length;
  const { says = '', calls = [] } = plan[round] ?? { says: `Told: ${messages.at(-1)?.content}` };
  const isLast = body['tool_choice'] === 'none' || body['tools'] === undefined;
  const made = calls.map(([name, input], place) => ({ id: `c${place}`, name, arguments: JSON.stringify(input) }));
  const deltas = says.match(/\S+\s*/g) ?? [];
  const usage = { prompt_tokens: 20 * messages.length, completion_tokens: deltas.length + 5 * made.length };
  return { deltas, usage, ...(made.length > 0 && !isLast && { calls: made }) };
}

function planOf(message: string): Plan {
  const json = message.slice(message.indexOf(': ') + 2);
  return json.startsWith('[') ? JSON.parse(json) : [{ says: 'Nothing is planned.' }];
}
