const MOST_CHARACTERS = 200;

/** The first of what may name a person that can be shown as it is: one line of text, and not a long one. */
export function toldName(...candidates: unknown[]): string | undefined {
  return candidates.find(
    (name): name is string =>
      typeof name === 'string' &&
      name.trim() !== '' &&
      name.length <= MOST_CHARACTERS &&
      name.isWellFormed() &&
      !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(name),
  );
}
