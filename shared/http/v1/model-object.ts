import type { Assistant } from '../../conversation/assistant.ts';

/** An assistant as the API has a model. When it was made, nobody knows. */
export function modelOf({ name }: Assistant) {
  return { id: name, object: 'model', created: 0, owned_by: 'parley' } as const;
}
