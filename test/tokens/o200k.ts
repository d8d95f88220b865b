import ranks from 'js-tiktoken/ranks/o200k_base';
import { createCountTokens } from '../../shared/tokens/count-tokens.ts';
import { readTables } from '../../shared/tokens/vocabulary.ts';

/** Counts as the service does by default. */
export const countTokens = createCountTokens(readTables(ranks));
