import { compactionSuite } from './compaction-contract.ts';

compactionSuite('memory', async () => ({}));
