import { randomUUID } from 'node:crypto';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Plugin } from 'esbuild';
import { Redis } from 'ioredis';
import { build } from '../../local/build.ts';
import { Client } from '../end-to-end/client.ts';
import { RedisCluster } from '../redis/redis-cluster.ts';
import { makeCertificate, RedisServer, tlsOptions } from '../redis/redis-server.ts';
import { type AnsweredTurn, checkConversations } from './check-conversations.ts';
import type { FaultRun, Report } from './report.ts';
import { startService } from './service.ts';
import { Standstills } from './standstills.ts';

const LANES = 4;
const USER = '0b1ec71d-0000-4000-8000-000000000001';

const identityOfAFile: Plugin = {
  name: 'identity-of-a-file',
  setup(build) {
    build.onResolve({ filter: /^@azure\/identity$/ }, () => ({
      path: resolve(import.meta.dirname, 'file-identity.ts'),
    }));
  },
};

/**
 * The token of the service's identity is replaced, the old one is refused and its connections are cut, over and over,
 * while clients talk: every turn has to be answered at once, where the machine does not stand still, and be stored once.
 */
export const rotations = rotationsOn({ cluster: false, tls: false });
export const rotationsOnTls = rotationsOn({ cluster: false, tls: true });
export const rotationsOnCluster = rotationsOn({ cluster: true, tls: false });
export const rotationsOnTlsCluster = rotationsOn({ cluster: true, tls: true });

function rotationsOn(redis: { cluster: boolean; tls: boolean }): FaultRun {
  return ({ schedules }) => rotate(schedules, redis);
}

async function rotate(count: number, { cluster, tls }: { cluster: boolean; tls: boolean }): Promise<Report> {
  const output = '.cache/faults/rotations';
  await build({ directory: output, plugins: [identityOfAFile] });
  const service = await startService(`${output}/functions.js`);
  const directory = await mkdtemp(join(tmpdir(), 'parley-token-'));
  const file = join(directory, 'token');
  const certificate = await makeCertificate(directory);
  const options = async () =>
    tls ? [...(await tlsOptions(certificate)), '--tls-cluster', cluster ? 'yes' : 'no'] : [];
  const redis = cluster ? await RedisCluster.start(options) : await RedisServer.start(...(await options()));
  const nodes = redis instanceof RedisCluster ? redis.nodes : [redis];
  const admins = nodes.map(({ url }) => new Redis(url));
  const payload = Buffer.from(JSON.stringify({ oid: USER })).toString('base64url');
  const replaceToken = async () => {
    const token = `header.${payload}.${randomUUID()}`;
    await writeFile(`${file}.new`, token);
    await rename(`${file}.new`, file);
    for (const admin of admins) {
      await admin.call('ACL', 'SETUSER', USER, 'on', 'resetpass', `>${token}`, '~*', '+@all');
      await admin.call('CLIENT', 'KILL', 'USER', USER);
    }
  };
  await replaceToken();
  const host = await service.start({
    REDIS_URL: tls ? redis.tlsUrl : redis.url,
    REDIS_CLUSTER: String(cluster),
    REDIS_AUTH: 'entra',
    TOKEN_FILE: file,
    NODE_EXTRA_CA_CERTS: certificate.certificate,
    // Nobody dies here, so a lease may be longer than this machine ever stands still.
    TURN_LEASE_SECONDS: '10',
  });
  const client = new Client(host.url);
  const answered: AnsweredTurn[] = [];
  const faults: string[] = [];
  const standstills = new Standstills(nodes[0]?.url ?? '');
  let rotating = true;
  let excused = 0;
  const talking = Promise.all(
    Array.from({ length: LANES }, async (_, lane) => {
      let sessionId: string | null = null;
      for (let turn = 0; rotating; turn += 1) {
        const message = `lane ${lane} turn ${turn}`;
        const askedAt = performance.now();
        const response = await client.post('/chat', { session_id: sessionId, message });
        const answer = (await response.json()) as Record<string, string>;
        const { session_id = '', turn_id = '', response: text = '', code = '' } = answer;
        const isExcused = response.status === 503 && standstills.since(askedAt);
        if (isExcused) excused += 1;
        else if (response.status !== 200) faults.push(`${message}: ${response.status} ${code}`);
        else {
          sessionId = session_id;
          answered.push({ sessionId: session_id, turnId: turn_id, message, response: text });
        }
      }
    }),
  );
  // Where a rotation fails, that is what is told.
  talking.catch(() => {});
  try {
    for (let rotation = 0; rotation < count; rotation += 1) {
      const before = answered.length;
      await replaceToken();
      while (answered.length < before + LANES && faults.length === 0) await sleep(1);
    }
    rotating = false;
    await talking;
    const urls = nodes.map(({ url }) => url);
    const { storedTurns, ...found } = await checkConversations(urls, answered, service.upstream.answerTo);
    for (const [fault, list] of Object.entries(found)) faults.push(...list.map((each) => `${fault}: ${each}`));
    return { figures: { rotations: count, answered: answered.length, excused, storedTurns }, faults };
  } finally {
    rotating = false;
    await standstills.stop();
    for (const admin of admins) admin.disconnect();
    await service.stop();
    await redis.stop();
    await rm(directory, { recursive: true });
  }
}
