/** Something that an answer cites, by its place among the answer's sources: `[1]` is the first. */
export interface Source {
  /** On the web: `https` or `http`. */
  url: string;
  title?: string;
}
