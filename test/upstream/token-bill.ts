import { judged } from '../tokens/judge.ts';

/** What a model costs beside its texts: for each message, and once for the answer's start. */
const PER_MESSAGE = 4;
const PER_PROMPT = 3;

/** @param body of a request for chat completions */
export function promptTokensOf(body: Record<string, unknown>): number {
  const messages = body['messages'] as { content: string }[];
  return messages.reduce((sum, { content }) => sum + PER_MESSAGE + tokensOf(content), PER_PROMPT);
}

/** Most texts stand in many prompts. */
const known = new Map<string, number>();

export function tokensOf(text: string): number {
  const tokens = known.get(text) ?? judged(text);
  known.set(text, tokens);
  return tokens;
}
