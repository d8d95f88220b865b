import { contractSuite } from './contract.ts';

contractSuite('memory', async () => ({}));
