/** How many tokens a text has. Where `exact` is false, `tokens` is an upper bound: never too low. */
export interface TokenCount {
  tokens: number;
  exact: boolean;
}

/** The port to a tokeniser. Neither method blocks the event loop, whatever the text. */
export interface TokenCounter {
  /** Answers at once: the bound that bytes give, while the tokeniser is not loaded yet. */
  count(text: string): Promise<TokenCount>;
  /** As `count`, but waits until the tokeniser is loaded. Pathological texts still get a bound. */
  countWhenLoaded(text: string): Promise<TokenCount>;
}
