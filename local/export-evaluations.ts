import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { promptVersion } from '../shared/conversation/turn-audit.ts';
import { embedTextInNode } from './embedded-text.ts';
import { evaluationSet, type ReadRecord } from './evaluation-set.ts';

const usage = `Makes an evaluation set of audit files that were written with AUDIT_CONTENT=full:

  npm run --silent export:evaluations -- [options] FILE... > evaluations.jsonl

Each line is one conversation in OpenAI's chat format, {"messages":[{"role":"user","content":"..."},...]}: what the model
saw of the session, then the answer to be judged; where that was rated, "rating", "reason" and "comment" stand beside
"messages", as they were said last. Files are audit files, or blobs that were downloaded; give all files
of the time in which the sessions were, as earlier turns are taken from their own records. What was left out, and why, is
said on stderr.

  --rating up|down       only turns whose latest rating is this
  --assistant NAME       only turns of this assistant
  --since TIME           only turns from then on, such as 2026-11-01 or 2026-11-01T12:00:00Z
  --until TIME           only turns before then
  --system-prompt        begin each with the assistant's system prompt, from assistants/*.md; turns that had another
                         version of it are left out
  --help                 this text`;

const { values, positionals: files } = parseArgs({
  allowPositionals: true,
  options: {
    rating: { type: 'string' },
    assistant: { type: 'string' },
    since: { type: 'string' },
    until: { type: 'string' },
    'system-prompt': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

/** Lines that are no records, such as other lines of a log, are passed over. */
async function* recordsOf(file: string): AsyncGenerator<ReadRecord> {
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
    if (!line.startsWith('{"audit":1,')) continue;
    const record = JSON.parse(line) as ReadRecord;
    if (record.event === 'turn' || record.event === 'feedback') yield record;
  }
}

async function main(): Promise<void> {
  const { rating, assistant, since, until } = values;
  if (rating !== undefined && rating !== 'up' && rating !== 'down') throw new Error('--rating is up or down.');
  for (const time of [since, until]) {
    if (time !== undefined && Number.isNaN(Date.parse(time))) throw new Error(`${time} is no time.`);
  }
  const records: ReadRecord[] = [];
  for (const file of files) for await (const record of recordsOf(file)) records.push(record);
  const systemPrompts = values['system-prompt'] ? await readSystemPrompts() : undefined;
  const { evaluations, left } = evaluationSet(records, { rating, assistant, since, until, systemPrompts });
  for (const evaluation of evaluations) console.log(JSON.stringify(evaluation));
  const { withoutText, withoutContext, otherContext, otherPrompt } = left;
  console.error(
    `${evaluations.length} conversations. Left out: ${withoutText} without their text, ${withoutContext} without the ` +
      `records of earlier turns, ${otherContext} with a summary or with what a caller brought in their prompt, ` +
      `${otherPrompt} with another version of the system prompt.`,
  );
}

async function readSystemPrompts() {
  embedTextInNode();
  const { loadAssistants } = await import('../shared/assistants/load-assistants.ts');
  const assistants = [...loadAssistants().values()];
  return new Map(assistants.map((each) => [each.name, { version: promptVersion(each), text: each.systemPrompt }]));
}

if (values.help || files.length === 0) {
  console.log(usage);
  process.exitCode = values.help ? 0 : 2;
} else {
  await main().catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
