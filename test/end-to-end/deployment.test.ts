import { describe } from 'vitest';
import { deploymentOf, identitiesIn } from './deployment.ts';
import { deploymentContract } from './deployment-contract.ts';

// Runs where PARLEY_URL is set, and nothing else does then; see vitest.config.ts.
describe(`at ${process.env['PARLEY_URL']}`, () => {
  deploymentContract(async () => deploymentOf(process.env), identitiesIn(process.env));
});
