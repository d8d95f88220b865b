import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { SourceMap } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from '../local/build.ts';
import { startHost } from '../test/host/start-host.ts';
import { RedisServer } from '../test/redis/redis-server.ts';
import { startUpstreamProcess } from '../test/upstream/upstream-process.ts';

// Where the time of a streamed turn goes: a CPU profile of Parley and one of the bare function, by whose code it is.
// Run: npx node bench/profile.ts [--turns 2000] [--delay-ms 0]

const { values } = parseArgs({
  options: { turns: { type: 'string', default: '2000' }, 'delay-ms': { type: 'string', default: '0' } },
});
const turns = Number(values.turns);
const LANES = 16;

interface Profile {
  nodes: { id: number; children?: number[]; callFrame: CallFrame }[];
  samples: number[];
  /** Microseconds before each sample. */
  timeDeltas: number[];
}

interface CallFrame {
  functionName: string;
  url: string;
  lineNumber: number;
  columnNumber: number;
}

/** Whose code a file is, by its path. What is Node's, or the engine's, counts for whoever called it. */
const owners: [string, RegExp][] = [
  ['the local host', /\/local\//],
  ["the platform's library", /@azure\/functions/],
  ["Redis' client", /node_modules\/(@?ioredis|redis-parser|standard-as-callback|denque)/],
  ['fetch', /^node:internal\/(deps\/undici|webstreams)/],
  ['counting tokens', /shared\/tokens/],
  ['the log', /^node:internal\/console/],
  ["the model's answer", /shared\/models|eventsource-parser/],
  ['the app', /\/(shared|functions|bench\/peers)\//],
];

/** Milliseconds a turn, by owner. */
async function profile(directory: string): Promise<Map<string, number>> {
  const output = await mkdtemp(join(tmpdir(), 'profile-'));
  const redis = await RedisServer.start();
  const upstream = await startUpstreamProcess({ delayMs: Number(values['delay-ms']) });
  const host = await startHost({
    bundle: `${directory}/functions.js`,
    env: {
      REDIS_URL: redis.url,
      OPENAI_BASE_URL: upstream.baseUrl,
      OPENAI_MODEL: 'scripted',
      NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${output}`,
    },
  });
  const message = Array.from({ length: 48 }, (_, index) => `word${index}`).join(' ');
  const lane = async () => {
    let sessionId: string | undefined;
    for (let turn = 0; turn < turns / LANES; turn++) {
      const response = await fetch(`${host.url}/chat/stream`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ message, session_id: sessionId }),
      });
      // Sessions of ten messages.
      sessionId = turn % 5 === 4 ? undefined : /"session_id":"([^"]+)"/.exec(await response.text())?.[1];
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  await Promise.all([host.stop(), upstream.stop(), redis.stop()]);
  const [main = ''] = (await readdir(output)).filter((file) => /\.0\.\d+\.cpuprofile$/.test(file)).sort();
  const found = JSON.parse(await readFile(join(output, main), 'utf8')) as Profile;
  await rm(output, { recursive: true });
  return byOwner(found, await sourceMapsOf(resolve(directory)));
}

function byOwner({ nodes, samples, timeDeltas }: Profile, maps: Map<string, SourceMap>): Map<string, number> {
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const ownerOf = (id: number | undefined): string => {
    const frame = id === undefined ? undefined : frames.get(id);
    if (frame === undefined) return 'Node: connections, HTTP, timers';
    if (frame.functionName === '(garbage collector)') return 'garbage';
    const source = maps.get(basename(frame.url))?.findEntry(frame.lineNumber, frame.columnNumber);
    const path = source !== undefined && 'originalSource' in source ? `/${source.originalSource}` : frame.url;
    const [owner] = owners.find(([, pattern]) => pattern.test(path)) ?? [];
    return owner ?? ownerOf(parents.get(id as number));
  };
  const known = new Map(nodes.map(({ id, callFrame }) => [id, callFrame.functionName === '(idle)' ? '' : ownerOf(id)]));
  const total = new Map<string, number>();
  samples.forEach((id, index) => {
    const owner = known.get(id) ?? '';
    total.set(owner, (total.get(owner) ?? 0) + (timeDeltas[index] ?? 0) / 1000 / turns);
  });
  total.delete('');
  return total;
}

async function sourceMapsOf(directory: string): Promise<Map<string, SourceMap>> {
  const files = (await readdir(directory)).filter((file) => file.endsWith('.js.map'));
  const maps = files.map(async (file) => {
    const payload = JSON.parse(await readFile(join(directory, file), 'utf8'));
    return [basename(file, '.map'), new SourceMap(payload)] as const;
  });
  return new Map(await Promise.all(maps));
}

await build({ directory: '.cache/bench/parley' });
await build({ directory: '.cache/bench/bare', entries: { functions: 'bench/peers/bare.ts' } });
const parley = await profile('.cache/bench/parley');
const bare = await profile('.cache/bench/bare');
const sum = (of: Map<string, number>) => [...of.values()].reduce((all, one) => all + one, 0);
const row = (owner: string, a: number, b: number) => ({ 'ms a turn': owner, Parley: a.toFixed(3), bare: b.toFixed(3) });
const all = [...new Set([...parley.keys(), ...bare.keys()])];
console.table([
  ...all.map((owner) => row(owner, parley.get(owner) ?? 0, bare.get(owner) ?? 0)),
  row('all', sum(parley), sum(bare)),
]);
