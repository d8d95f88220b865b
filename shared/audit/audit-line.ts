/**
 * What JSON leaves as it is, but some reader takes for the end of a line, or for nothing at all: DEL and the C1 controls
 * with NEL, U+2028 and U+2029, marks that turn the direction of what follows, and the byte order mark.
 */
const UNSAFE = /[\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** A record as one line of JSON, without the line's end. Whatever its texts hold, no reader finds a second record in it. */
export function auditLine(record: object): string {
  return JSON.stringify(record).replace(
    UNSAFE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
