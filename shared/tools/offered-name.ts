/** What every provider takes. */
const MOST_CHARACTERS = 64;

/**
 * How the model knows a tool: `orders__search` for `orders/search`. There is none where it would be too long.
 *
 * @param name as everybody else knows it
 */
export function offeredName(name: string): string | undefined {
  const offered = name.replace('/', '__').replaceAll(/[^\w-]/g, '_');
  return offered.length <= MOST_CHARACTERS ? offered : undefined;
}
