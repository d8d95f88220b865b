import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { build } from '../local/build.ts';
import { Client } from '../test/end-to-end/client.ts';
import { eventually } from '../test/eventually.ts';
import { startHost } from '../test/host/start-host.ts';
import { RedisServer } from '../test/redis/redis-server.ts';
import { ScriptedUpstream } from '../test/upstream/scripted-upstream.ts';

// Memory of an instance while clients open streams and stop reading. Run: npx node bench/slow-readers.ts [--clients 500]

const TOKENS = 500;
const TOKEN = `${'x'.repeat(39)} `;

const { values } = parseArgs({ options: { clients: { type: 'string', default: '500' } } });
const clients = Number(values.clients);

const directory = '.cache/bench/parley';
await build({ directory });
const redis = await RedisServer.start();
const upstream = await ScriptedUpstream.start(() => ({ deltas: Array(TOKENS).fill(TOKEN) }));
const host = await startHost({
  bundle: `${directory}/functions.js`,
  env: { REDIS_URL: redis.url, OPENAI_BASE_URL: upstream.baseUrl, OPENAI_MODEL: 'scripted' },
});

/** Resident memory of the instance in MiB. */
async function memory(): Promise<number> {
  const status = await readFile(`/proc/${host.pid}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024);
}

function openAndStopReading(message: string): Socket {
  const body = JSON.stringify({ message });
  const socket = connect(Number(new URL(host.url).port), '127.0.0.1');
  socket.on('error', () => {});
  socket.write(
    `POST /chat/stream HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  return socket.pause();
}

const client = new Client(host.url);
await client.chat({ message: 'warm up' });
const rows = [{ when: 'before', 'resident MiB': await memory() }];
const sockets = Array.from({ length: clients }, (_, n) => openAndStopReading(`client ${n}`));
let most = 0;
let stored = 0;
// Their turns end and are stored, whoever reads.
await eventually(async () => {
  most = Math.max(most, await memory());
  const response = await client.get('/chat/sessions?limit=100');
  const { sessions, has_more } = (await response.json()) as { sessions: unknown[]; has_more: boolean };
  stored = sessions.length;
  return upstream.requests.length > clients && (has_more || stored > clients);
}, 120_000);
await sleep(5000);
rows.push({ when: `at most, with ${clients} that do not read`, 'resident MiB': Math.max(most, await memory()) });
const answer = await client.post('/chat', { message: 'still there?' });
rows.push({ when: `with them, after another was answered ${answer.status}`, 'resident MiB': await memory() });
for (const socket of sockets) socket.destroy();
await sleep(2000);
for (let round = 0; round < 20; round += 1) await client.chat({ message: 'after' });
rows.push({ when: 'after they left', 'resident MiB': await memory() });
console.table(rows);
console.log(`an answer has ${((TOKENS * TOKEN.length) / 1024).toFixed(0)} KiB of text in ${TOKENS} frames`);
await host.stop();
await Promise.all([upstream.stop(), redis.stop()]);
