import { expect, test } from 'vitest';
import { billing } from './billing.ts';
import { branches } from './branches.ts';
import { cuts } from './cuts.ts';
import { kills } from './kills.ts';
import { promotions } from './promotions.ts';
import { redisFaults } from './redis-faults.ts';
import type { FaultRun } from './report.ts';
import { requestsLimit } from './requests-limit.ts';
import { rotations, rotationsOnCluster, rotationsOnTls, rotationsOnTlsCluster } from './rotations.ts';
import type { SabotageName } from './sabotage.ts';
import { schedules } from './schedules.ts';
import { buildService } from './service.ts';
import { steps } from './steps.ts';
import { summaries } from './summaries.ts';
import { tokensLimit } from './tokens-limit.ts';

// Short runs, so that none of them rusts; `npm run test:faults` has the long ones.

const whole = await buildService();

test.each<[string, FaultRun, number]>([
  ['random schedules of clients', schedules, 24],
  ['random schedules of forks, and an instance that is killed', branches, 32],
  ['instances that are killed', kills, 4],
  ['masters that are replaced', promotions, 2],
  ['passwords that change', rotations, 10],
  ['passwords that change, over TLS', rotationsOnTls, 5],
  ['passwords that change, on a cluster', rotationsOnCluster, 5],
  ['passwords that change, on a cluster over TLS', rotationsOnTlsCluster, 5],
  ['streams that are cut', cuts, 1],
  ['a limit of requests', requestsLimit, 1],
  ['a limit of tokens', tokensLimit, 20],
  ['turns that end in every way, and a model that keeps books of them', billing, 100],
  ['summaries of every kind, and an instance that is killed', summaries, 32],
  ['a Redis that fails in every way', redisFaults, 5],
  ['calls of tools, and instances that are killed again and again', steps, 16],
])('the service keeps its promises under %s', { timeout: 180_000 }, async (_, run, count) => {
  const { figures, faults } = await run({ bundle: whole, schedules: count, seed: 1 });
  expect(faults).toEqual([]);
  expect(Object.keys(figures)).not.toEqual([]);
});

test.each<[SabotageName, FaultRun, number]>([
  ['lease', schedules, 48],
  ['record', schedules, 24],
  ['fencing', schedules, 96],
  ['copy', branches, 16],
  ['fork', branches, 16],
  ['compare', branches, 16],
  ['wait', promotions, 3],
  ['replay', cuts, 1],
  ['rate', requestsLimit, 1],
  ['reservation', tokensLimit, 20],
  ['settle', billing, 60],
  ['deaths', billing, 100],
  ['retries', billing, 60],
  ['summary', summaries, 24],
  ['late', summaries, 40],
  ['refund', summaries, 80],
  ['journal', steps, 24],
])('without its %s, the service is caught', { timeout: 180_000 }, async (without, run, count) => {
  const { faults } = await run({ bundle: await buildService(without), schedules: count, seed: 3 });
  expect(faults.length).toBeGreaterThan(0);
});
