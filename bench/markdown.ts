import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { openBrowser } from '../test/browser/open-browser.ts';
import { bytesOf, scriptOf } from './markdown/bundles.ts';
import { hardCases } from './markdown/hard-cases.ts';
import { sampleAnswer } from './markdown/sample-answer.ts';
import { median } from './median.ts';

// The panel's Markdown beside other libraries, each as its own documents have it, in one browser: which hard cases are
// not shown right, how large each is, what it takes to read whole answers, and how smoothly one grows. They take turns.
// Run: npx node bench/markdown.ts [--runs 15] [--growing 40000]

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '15' }, growing: { type: 'string', default: '40000' } },
});
const names = ['parley', 'react-markdown-in-blocks', 'react-markdown', 'markdown-to-jsx', 'markdown-it', 'streamdown'];
const lengths = [2_000, 10_000, 40_000, 120_000];
/** Characters a frame: 1,000 tokens a second, of 4.5 characters, at 60 frames a second. */
const STEP = 75;

await promisify(execFile)('npm', ['install', '--no-audit', '--no-fund', '--silent'], {
  cwd: resolve(import.meta.dirname, 'markdown/contenders'),
});
const browser = await openBrowser();
const contenders = await Promise.all(
  names.map(async (name) => {
    const tab = await browser.newPage();
    await tab.setContent('<div id="first"></div><div id="second"></div>');
    await tab.addScriptTag({ content: await scriptOf(name) });
    return { name, tab, reading: lengths.map((): number[] => []), growing: [] as number[][] };
  }),
);

console.log(`Of ${Object.keys(hardCases).length} hard cases, not shown right:`);
for (const { name, tab } of contenders) {
  const wrong: string[] = [];
  for (const [hardCase, { text, holds }] of Object.entries(hardCases)) {
    await tab.evaluate(`show(${JSON.stringify(text)})`);
    const isRight = await tab.evaluate(`{ const answer = document.getElementById('first'); Boolean(${holds}); }`);
    if (!isRight) wrong.push(hardCase);
  }
  console.log(`  ${name}: ${wrong.join(', ') || 'none'}`);
}

for (let run = 0; run < Number(values.runs); run += 1) {
  for (const { tab, reading } of contenders) {
    for (const [place, length] of lengths.entries()) {
      reading[place]?.push(Number(await tab.evaluate(`read(${JSON.stringify(sampleAnswer(length))})`)));
    }
  }
}
for (let run = 0; run < 5; run += 1) {
  for (const { tab, growing } of contenders) {
    await tab.evaluate('show("")');
    const answer = JSON.stringify(sampleAnswer(Number(values.growing)));
    growing.push(await tab.evaluate<number[]>(`grow(${answer}, ${STEP})`));
  }
}
await browser.close();

const kilobytes = (bytes: number) => (bytes / 1000).toFixed(1);
const milliseconds = (time: number) => (Number.isNaN(time) ? '' : time.toFixed(1));
const rows = contenders.map(async ({ name, reading, growing }) => {
  const { atOnce, later } = await bytesOf(`${name}.tsx`);
  // The best of the runs, for each frame too, as the machine may be busy.
  const frames = growing[0]?.map((_, frame) => Math.min(...growing.map((times) => times[frame] ?? 0))) ?? [];
  const sorted = frames.toSorted((a, b) => a - b);
  return {
    name,
    'kB gzipped': kilobytes(atOnce),
    'and later': kilobytes(later),
    ...Object.fromEntries(
      lengths.map((length, place) => [
        `read ${length / 1000} kB, ms`,
        milliseconds(Math.min(...(reading[place] ?? []))),
      ]),
    ),
    'a frame, ms': milliseconds(median(frames)),
    '99 %, ms': milliseconds(sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN),
    'longest, ms': milliseconds(sorted.at(-1) ?? Number.NaN),
  };
});
console.table(await Promise.all(rows));
