import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

interface Sabotage {
  file: RegExp;
  text: string;
  instead: string;
}

/** Each takes one safeguard out of the service; the run that watches over it then has to find faults. */
export const sabotages = {
  lease: {
    file: /begin\.lua$/,
    text: "if not again and not is_apart and holder then return { 'busy' } end",
    instead: '',
  },
  fencing: {
    file: /commit\.lua$/,
    text: "if redis.call('HGET', lease, 'turn') ~= ask.turn then return 'lost' end",
    instead: '',
  },
  record: { file: /begin\.lua$/, text: 'if seen[1] and seen[3] ~= ask.turn then', instead: 'if false then' },
  copy: { file: /begin\.lua$/, text: 'position = turn_end(messages, found)', instead: 'position = found' },
  fork: { file: /begin\.lua$/, text: 'if exists and ask.after and', instead: 'if false and' },
  compare: { file: /begin\.lua$/, text: "if ask.fork == 'no' then return { 'moved', last_turn } end", instead: '' },
  summary: {
    file: /commit\.lua$/,
    text: "if ask.summaries ~= cjson.null then redis.call('HSET', session, 'summaries', ask.summaries) end",
    instead: '',
  },
  late: {
    file: /store-summary\.lua$/,
    text: "settle(tokens, reservations, ask.turn .. '-summary', ask.reserved, ask.spent)",
    instead: '',
  },
  refund: {
    file: /abandon\.lua$/,
    text: 'ask.summary_reserved, ask.summary_spent)',
    instead: 'ask.summary_reserved, 0)',
  },
  reservation: { file: /begin\.lua$/, text: 'if reserve > 0 then', instead: 'if false then' },
  rate: { file: /begin\.lua$/, text: 'if arrival then', instead: 'if false then' },
  settle: {
    file: /abandon\.lua$/,
    text: 'ask.reserved, ask.spent)',
    instead: 'ask.reserved, 0)',
  },
  deaths: {
    file: /begin\.lua$/,
    text: "'(' .. math.floor(time[1] / 86400) * 86400000",
    instead: 'now_ms',
  },
  retries: { file: /spending\.ts$/, text: 'billed.reduce((', instead: 'billed.slice(-1).reduce((' },
  replay: { file: /extend\.lua$/, text: "redis.call('RPUSH', running, ARGV[block])", instead: '' },
  journal: { file: /redis-turns\.ts$/, text: 'done?.entries ?? []', instead: '[]' },
  wait: { file: /redis-connection\.ts$/, text: 'if (replicas === 0) return;', instead: 'return;' },
} satisfies Record<string, Sabotage>;

export type SabotageName = keyof typeof sabotages;

/** Builds the service with the sabotage in it; no line of the service knows of this. */
export function sabotage(name: SabotageName): Plugin {
  const { file, text, instead } = sabotages[name];
  return {
    name: `sabotage-${name}`,
    setup(build) {
      let applied = false;
      build.onLoad({ filter: file }, async ({ path }) => {
        const source = await readFile(path, 'utf8');
        if (source.split(text).length !== 2) throw new Error(`sabotage ${name}: its text is not in ${path} once`);
        applied = true;
        return { contents: source.replace(text, () => instead), loader: path.endsWith('.lua') ? 'text' : 'ts' };
      });
      build.onEnd(() => {
        if (!applied) throw new Error(`sabotage ${name}: the bundle has no such file`);
      });
    },
  };
}
