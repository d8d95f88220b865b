import { Redis } from 'ioredis';
import { Client } from '../end-to-end/client.ts';
import type { FaultRun } from './report.ts';
import { startService } from './service.ts';

const LIMIT = 50;
const INSTANCES = 4;
const REQUESTS = 200;

/** 200 parallel requests to each of 4 instances, against a limit of 50 a minute: exactly 50 may be let in, each time. */
export const requestsLimit: FaultRun = async ({ bundle, schedules: count }) => {
  const service = await startService(bundle);
  const settings = { RATE_LIMIT_PER_MINUTE: String(LIMIT) };
  const clients = await Promise.all(
    Array.from({ length: INSTANCES }, async () => new Client((await service.start(settings)).url)),
  );
  const raw = new Redis(service.redis.url);
  const faults: string[] = [];
  const figures = { rounds: count, requests: 0, admitted: 0, others: 0 };
  try {
    for (let round = 0; round < count; round += 1) {
      await raw.flushall();
      const startedAt = performance.now();
      const statuses = await Promise.all(
        clients.flatMap((client) =>
          Array.from({ length: REQUESTS }, async (_, n) => {
            const response = await client.post('/chat', { message: `round ${round} request ${n}` });
            await response.text();
            return response.status;
          }),
        ),
      );
      const admitted = statuses.filter((status) => status === 200).length;
      const refused = statuses.filter((status) => status === 429).length;
      const others = statuses.length - admitted - refused;
      figures.others += others;
      // By GCRA one more place opens with every 60 s / 50 that a round takes.
      const opened = Math.floor((performance.now() - startedAt) / (60_000 / LIMIT));
      // A busy machine may tell some that the store cannot be used: whether they were counted is not known.
      if (admitted + others < LIMIT || admitted > LIMIT + opened) {
        faults.push(`round ${round}: ${admitted} admitted, ${refused} refused, of ${statuses.length}`);
      }
      figures.requests += statuses.length;
      figures.admitted += admitted;
    }
  } finally {
    raw.disconnect();
    await service.stop();
  }
  return { figures, faults };
};
