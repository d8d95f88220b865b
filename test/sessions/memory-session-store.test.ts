import { MemorySessionStore } from '../../shared/sessions/memory/memory-session-store.ts';
import { betweenTurnsContract } from './between-turns-contract.ts';
import { sessionStoreContract } from './session-store-contract.ts';

sessionStoreContract('memory', async (rules) => new MemorySessionStore(rules));
betweenTurnsContract('memory', async (rules) => new MemorySessionStore(rules));
