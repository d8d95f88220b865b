import { conversationsSuite } from './conversations-contract.ts';

conversationsSuite('memory', async () => ({}));
