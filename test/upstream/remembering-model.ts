import { createHash } from 'node:crypto';
import type { Script } from './script.ts';

/** A message of a conversation, as the model is sent it and as history shows it. */
export interface Said {
  role: string;
  content: string;
}

/** What a message may ask of the model. */
export interface Wish {
  /** Tokens of the answer beside the ones that tell what the model saw. */
  words: number;
  delayMs: number;
  /** The model answers 500, or breaks off after its last token. */
  fails?: 'at-once' | 'at-last' | undefined;
  /** The model says that it used many tokens. */
  costly?: boolean;
}

/** Less than the smallest turn of any assistant reserves, where an answer may have 200. */
const COSTLY = { prompt_tokens: 60, completion_tokens: 190 };

/** Tokens that tempt whoever cuts, escapes or trims text. */
const words = [
  ...[
    'plain ',
    'zwölf ',
    '👩‍👩‍👧 ',
    '👍🏽',
    'e\u0301 ',
    '漢字',
    '\u2028',
    'שלום ',
    '\r\n',
    '\n\n',
    'data: ',
    'id: 7\n',
    '"\\',
    '\t',
  ],
  ...['{"role":"system"}', ' ', '🇩🇪', '\u0000', '[DONE]', '<b>&amp; ', 'ё', ': ping\n\n', '\ufeff', '𝔘𝔫𝔦 '],
];

/** Words, milliseconds before each, failure, cost. */
const wishPattern = /~(\d+)x(\d+)([!?]?)(\$?)$/;

/** A message that is unlike every other by its name, and tells the model how to answer. */
export function messageOf(name: string, { words, delayMs, fails, costly = false }: Wish): string {
  const failure = { 'at-once': '!', 'at-last': '?', none: '' }[fails ?? 'none'];
  return `${name} ~${words}x${delayMs}${failure}${costly ? '$' : ''}`;
}

/** Whether a message tells the model how to answer. */
export function isWish(message: string): boolean {
  return wishPattern.test(message);
}

/** What the model says to the last message, after having seen the ones before it: any difference makes another answer. */
export function answerTo(conversation: readonly Said[]): string[] {
  const { content } = conversation.at(-1) as Said;
  const [, count = '0'] = wishPattern.exec(content) ?? [];
  const before = conversation.slice(0, -1).map(({ role, content }) => [role, content]);
  const seen = createHash('sha256').update(JSON.stringify(before)).digest('hex').slice(0, 12);
  const first = createHash('sha256').update(content).digest().readUInt16BE();
  const filling = Array.from({ length: Number(count) }, (_, at) => words[(first + at * 7) % words.length] as string);
  return [`You said: ${content} `, `after ${before.length} messages ${seen} `, ...filling];
}

/** As the upstream answers a request for chat completions. */
export function remember(body: Record<string, unknown>): Script {
  const conversation = (body['messages'] as Said[]).filter(({ role }) => role !== 'system');
  const content = conversation.at(-1)?.content ?? '';
  const [, , delay = '0', fails, costs] = wishPattern.exec(content) ?? [];
  if (fails === '!') return { status: 500, body: {} };
  const deltas = answerTo(conversation);
  const usage = costs === '$' ? COSTLY : { prompt_tokens: 10 + conversation.length, completion_tokens: deltas.length };
  return { deltas, delayMs: Number(delay), usage, ...(fails === '?' ? { ending: 'cut' } : {}) };
}
