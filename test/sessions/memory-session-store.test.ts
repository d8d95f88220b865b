import { MemorySessionStore } from '../../shared/sessions/memory/memory-session-store.ts';
import { sessionStoreContract } from './session-store-contract.ts';

sessionStoreContract('memory', async (rules) => new MemorySessionStore(rules));
