/** An answer has no more. */
export const MOST_SOURCES = 50;

/** Something that an answer cites, or a tool has found something at, as it was told: data, and no more to be trusted than that. */
export interface Source {
  /** `http` or `https`, at most 2,048 characters. */
  url: string;
  /** At most 300 characters. */
  title?: string;
}
