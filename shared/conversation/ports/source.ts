/** An answer has no more. */
export const MOST_SOURCES = 50;

/** Something that an answer cites, as its provider told it: data, and no more to be trusted than the answer. */
export interface Source {
  /** `http` or `https`, at most 2,048 characters. */
  url: string;
  /** At most 300 characters. */
  title?: string;
}
