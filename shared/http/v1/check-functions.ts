import { ownTools } from '../../conversation/turn-prompt.ts';
import type { Call } from '../endpoint.ts';
import { answeringAssistant } from './accepted.ts';
import { refused } from './api-failure.ts';
import type { FunctionTool } from './functions.ts';

/**
 * Checks that the model can be told of a caller's functions, and tell them from the assistant's tools.
 *
 * @throws {ApiFailure} 400
 */
export async function checkFunctions(
  call: Call,
  functions: readonly FunctionTool[],
  model: string | undefined,
  sessionId: string | undefined,
): Promise<void> {
  if (functions.length === 0) return;
  const { services, caller } = call;
  if (!services.takesTools) throw refused('not_supported', 'tools', 'The model behind this service takes no tools.');
  const assistant = await answeringAssistant(call, model, sessionId);
  const own = assistant && (await ownTools(services.turns, assistant, { id: caller.owner, token: caller.token }));
  const taken = functions.findIndex(({ name }) => own?.has(name));
  if (taken === -1) return;
  throw refused('invalid_value', `tools[${taken}].name`, 'The assistant has a tool of this name itself.');
}
