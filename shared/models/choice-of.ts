import type { OfferedTools } from '../conversation/ports/model.ts';

/**
 * What a provider is told of whether the model has to call, or may not; nothing where that is up to the model.
 *
 * @param one how it calls one tool
 */
export function choiceOf({ isLast, choice }: OfferedTools, one: (name: string) => object): string | object | undefined {
  if (isLast) return 'none';
  return typeof choice === 'object' ? one(choice.name) : choice;
}
