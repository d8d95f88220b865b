import { toolsSuite } from './tools-contract.ts';

toolsSuite('memory', async () => ({}));
