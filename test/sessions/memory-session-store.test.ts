import { MemorySessionStore } from '../../shared/sessions/memory-session-store.ts';
import { sessionStoreContract } from './session-store-contract.ts';

sessionStoreContract('memory', async (retention) => new MemorySessionStore(retention));
