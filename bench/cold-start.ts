import { parseArgs } from 'node:util';
import { build } from '../local/build.ts';
import { Client } from '../test/end-to-end/client.ts';
import { startHost } from '../test/host/start-host.ts';
import { TokenEndpoint } from '../test/identity/token-endpoint.ts';
import { RedisServer } from '../test/redis/redis-server.ts';
import { startUpstreamProcess } from '../test/upstream/upstream-process.ts';
import { median } from './median.ts';

// How long a new process takes from its start until it listens, and until its first answer is whole. The empty app is
// the floor that this machine and the local host set. The cases take turns, so that noise meets all alike.
// Run: npx node bench/cold-start.ts [--runs 15]

/** Prints it, with the sizes of the bundle's files. */
export async function coldStart(runs: number): Promise<void> {
  const parley = '.cache/bench/parley';
  const empty = '.cache/bench/empty';
  const { sizes } = await build({ directory: parley });
  await build({ directory: empty, entries: { functions: 'bench/empty-app.ts' } });
  const endpoint = await TokenEndpoint.start();
  const redis = await RedisServer.start('--user', endpoint.identity, 'on', `>${endpoint.token}`, '~*', '&*', '+@all');
  const upstream = await startUpstreamProcess();
  const model = { OPENAI_BASE_URL: upstream.baseUrl, OPENAI_MODEL: 'scripted' };

  const cases = [
    { name: 'an empty app', directory: empty, env: {} },
    { name: 'Parley, memory', directory: parley, env: model },
    {
      name: 'Parley, memory, telemetry',
      directory: parley,
      env: { ...model, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' },
    },
    { name: 'Parley, Redis', directory: parley, env: { REDIS_URL: redis.url, ...model } },
    {
      name: 'Parley, Redis, Entra',
      directory: parley,
      env: { REDIS_URL: redis.url, REDIS_AUTH: 'entra', ...endpoint.env, ...model },
    },
  ].map((each) => ({ ...each, listens: [] as number[], answers: [] as number[], again: [] as number[] }));

  for (let run = 0; run < runs; run++) {
    for (const { directory, env, listens, answers, again } of cases) {
      const start = performance.now();
      const host = await startHost({ env, bundle: `${directory}/functions.js` });
      listens.push(performance.now() - start);
      const client = new Client(host.url);
      await client.chat({ message: 'hi' });
      answers.push(performance.now() - start);
      const warm = performance.now();
      await client.chat({ message: 'hi' });
      again.push(performance.now() - warm);
      await host.kill9();
    }
  }

  const floor = median(cases[0]?.answers ?? []);
  console.table(
    cases.map(({ name, listens, answers, again }) => ({
      case: name,
      'ms until it listens': median(listens).toFixed(0),
      'ms until the first answer': median(answers).toFixed(0),
      'beside the empty app': `${(median(answers) / floor).toFixed(2)} x`,
      'ms of the second answer': median(again).toFixed(1),
    })),
  );
  console.table(Object.entries(sizes).map(([file, bytes]) => ({ file, KiB: (bytes / 1024).toFixed(0) })));

  await Promise.all([upstream.stop(), redis.stop(), endpoint.stop()]);
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({ options: { runs: { type: 'string', default: '15' } } });
  await coldStart(Number(values.runs));
}
