/**
 * Whether a key belongs to the choice of a word, in scripts that are composed: then it neither sends nor closes anything.
 * Safari says so of the last one by its key code alone (WebKit bug 165004).
 */
export function isComposing({ isComposing, keyCode }: Pick<KeyboardEvent, 'isComposing' | 'keyCode'>): boolean {
  return isComposing || keyCode === 229;
}
