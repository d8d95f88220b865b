import { responsesSuite } from './responses-contract.ts';

responsesSuite('memory', async () => ({}));
