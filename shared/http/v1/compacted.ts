import { Failure } from '../../conversation/failure.ts';
import type { Call } from '../endpoint.ts';
import { type CompactionItem, signedText } from './compaction-item.ts';
import type { ApiResponse } from './response-object.ts';

/**
 * What the API calls a compacted response: the summary that a turn made, as an item.
 *
 * @throws {Failure} where there is none that has an end
 */
export function compactedOf(call: Call, response: ApiResponse) {
  const { id, status, incomplete_details: details, output, usage, created_at } = response;
  if (details?.reason === 'max_output_tokens') {
    throw new Failure('output-limit-reached', 'The summary needs more tokens than it may have.');
  }
  if (details !== null) throw new Failure('model-timeout', 'The summary took too long.');
  const [said] = output;
  const text = said?.type === 'message' ? (said.content[0]?.text.trim() ?? '') : '';
  if (status !== 'completed') throw new Failure('turn-lost', 'The summary was stopped.');
  if (text === '') throw new Failure('model-failed', 'The summary is blank.');
  const item: CompactionItem = {
    id: id.replace('resp_', 'cmp_'),
    type: 'compaction',
    encrypted_content: signedText(call, text),
  };
  return { id, object: 'response.compaction', created_at, output: [item], usage } as const;
}
