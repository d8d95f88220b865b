import { parseArgs } from 'node:util';
import { checkLogs, setup, suiteLogs } from '../logs/check-logs.ts';
import { billing } from './billing.ts';
import { branches } from './branches.ts';
import { cuts } from './cuts.ts';
import { kills } from './kills.ts';
import { promotions } from './promotions.ts';
import { redisFaults } from './redis-faults.ts';
import type { FaultRun } from './report.ts';
import { requestsLimit } from './requests-limit.ts';
import { rotations, rotationsOnCluster, rotationsOnTls, rotationsOnTlsCluster } from './rotations.ts';
import { type SabotageName, sabotages } from './sabotage.ts';
import { schedules } from './schedules.ts';
import { buildService } from './service.ts';
import { steps } from './steps.ts';
import { summaries } from './summaries.ts';
import { tokensLimit } from './tokens-limit.ts';

// npm run test:faults -- [--only NAME,...] [--schedules N] [--seed S] [--sabotage NAME]
// Runs faults against the whole service, and fails where any promise was broken. With a sabotage it has to fail.

const runs: Record<string, { run: FaultRun; usual: number }> = {
  schedules: { run: schedules, usual: 500 },
  branches: { run: branches, usual: 500 },
  kills: { run: kills, usual: 20 },
  promotions: { run: promotions, usual: 10 },
  cuts: { run: cuts, usual: 5 },
  rotations: { run: rotations, usual: 50 },
  'rotations-tls': { run: rotationsOnTls, usual: 50 },
  'rotations-cluster': { run: rotationsOnCluster, usual: 50 },
  'rotations-tls-cluster': { run: rotationsOnTlsCluster, usual: 50 },
  'redis-faults': { run: redisFaults, usual: 20 },
  'requests-limit': { run: requestsLimit, usual: 3 },
  'tokens-limit': { run: tokensLimit, usual: 200 },
  billing: { run: billing, usual: 500 },
  summaries: { run: summaries, usual: 500 },
  steps: { run: steps, usual: 500 },
};

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: Object.keys(runs).join(',') },
    schedules: { type: 'string' },
    seed: { type: 'string', default: '1' },
    sabotage: { type: 'string' },
  },
});
if (values.sabotage !== undefined && !(values.sabotage in sabotages)) {
  throw new Error(`--sabotage is one of ${Object.keys(sabotages).join(', ')}`);
}

await setup();
process.env['PARLEY_SUITE_LOGS'] = suiteLogs;
const bundle = await buildService(values.sabotage as SabotageName | undefined);
for (const name of values.only.split(',')) {
  const each = runs[name];
  if (each === undefined) throw new Error(`--only names some of ${Object.keys(runs).join(', ')}`);
  const startedAt = performance.now();
  const options = { bundle, schedules: Number(values.schedules ?? each.usual), seed: Number(values.seed) };
  const { figures, faults } = await each.run(options);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
  const told = Object.entries(figures).map(([figure, value]) => `${figure} ${value}`);
  console.log(`${name}: ${faults.length} faults; ${told.join(', ')}; ${seconds} s`);
  for (const fault of faults.slice(0, 10)) console.log(`  ${fault}`);
  if (faults.length > 0) process.exitCode = 1;
}

const { texts, hosts, bytes, found } = await checkLogs(suiteLogs);
console.log(`logs: ${found.length} faults; hosts ${hosts}, bytes ${bytes}, texts looked for ${texts}`);
for (const fault of found.slice(0, 10)) console.log(`  ${fault}`);
if (found.length > 0) process.exitCode = 1;
// Node may wait for ever for a socket that a fault has left half open.
process.exit();
