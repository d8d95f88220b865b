// biome-ignore lint/suspicious/noExplicitAny: records are checked by the assertions of the tests
type AnyRecord = any;

/** The records in a text, one a line. A line that is still being written has no end yet. */
export function recordsOf(text: string): AnyRecord[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}
