/** Languages that are written from right to left. */
const RIGHT_TO_LEFT = /^(ar|ckb|fa|he|ps|sd|ug|ur|yi)\b/;

export function directionOf(language: string): 'ltr' | 'rtl' {
  return RIGHT_TO_LEFT.test(language) ? 'rtl' : 'ltr';
}

/** The language as the user's browser wants it: in `en` the dates of somebody in Britain are those of `en-GB`. */
export function regionalOf(language: string): string {
  const wanted = globalThis.navigator?.languages ?? [];
  return wanted.find((each) => each.startsWith(`${language}-`)) ?? language;
}
