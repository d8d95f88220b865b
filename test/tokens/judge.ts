import { Tiktoken } from 'js-tiktoken/lite';
import ranks from 'js-tiktoken/ranks/o200k_base';

const judge = new Tiktoken(ranks);

/** Tokens of a text as js-tiktoken counts them, names of special tokens as text: for what is counted elsewhere than here. */
export function judged(text: string): number {
  return judge.encode(text, [], []).length;
}
