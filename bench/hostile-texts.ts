import o200kBase from 'js-tiktoken/ranks/o200k_base';
import { LONGEST_PIECE } from '../shared/tokens/count-merged.ts';
import { WorkerTokenCounter } from '../shared/tokens/worker-token-counter.ts';
import { countTokens } from '../test/tokens/o200k.ts';
import { filled, hostileTexts, ordinaryTexts } from '../test/tokens/sample-texts.ts';

// How long counting takes, for ordinary and for hostile texts of 100,000 UTF-16 units, in milliseconds (median of 5):
// in this thread, and through the worker. Run: npx node bench/hostile-texts.ts

const LENGTH = 100_000;

const decoder = new TextDecoder('utf-8');
const tokens = o200kBase.bpe_ranks.split(/[ \n]/).map((token) => decoder.decode(Buffer.from(token, 'base64')));

/** Real words end to end merge most, and words of all languages leave no table in the CPU's caches. */
function wordsOf(script: RegExp): string {
  const words = tokens.filter((token) => script.test(token));
  let text = '';
  let pieceStart = 0;
  for (let index = 0; text.length < LENGTH; index++) {
    const word = words[(index * 7919) % words.length] as string;
    if (Buffer.byteLength(text.slice(pieceStart) + word) >= LONGEST_PIECE) {
      text += '1';
      pieceStart = text.length;
    }
    text += word;
  }
  return text.slice(0, LENGTH);
}

async function medianOf5(work: () => unknown): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < 5; run++) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[2] as number;
}

const counter = new WorkerTokenCounter();
const startOfLoad = performance.now();
const alive = setInterval(() => {}, 1000);
await counter.countWhenLoaded('');
console.log(`start of the worker until its first answer: ${(performance.now() - startOfLoad).toFixed(0)} ms`);

const ordinary = Object.entries(ordinaryTexts).map(([name, text]) => [name, filled(`${text}\n`, LENGTH)] as const);
const texts = [
  ...ordinary,
  ...Object.entries(hostileTexts),
  ['words of all languages, just counted exactly', wordsOf(/^\p{Ll}+$|^\p{Lo}+$/u)] as const,
  ['Chinese words, just counted exactly', wordsOf(/^\p{Script=Han}+$/u)] as const,
  ['Thai words, just counted exactly', wordsOf(/^\p{Script=Thai}+$/u)] as const,
];

const rows = [];
for (const [text, content] of texts) {
  const { tokens, exact } = countTokens(content);
  const pure = await medianOf5(() => countTokens(content));
  const worker = await medianOf5(() => counter.count(content));
  rows.push({
    text,
    characters: content.length,
    tokens,
    exact,
    'ms, pure': pure.toFixed(1),
    'ms, worker': worker.toFixed(1),
  });
}
console.table(rows);
clearInterval(alive);
await counter.close();
