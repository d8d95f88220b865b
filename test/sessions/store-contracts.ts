import type { SessionRules, SessionStore } from '../../shared/conversation/ports/session-store.ts';
import { betweenTurnsContract } from './between-turns-contract.ts';
import { branchesContract } from './branches-contract.ts';
import { editsContract } from './edits-contract.ts';
import { journalsContract } from './journals-contract.ts';
import { sessionStoreContract } from './session-store-contract.ts';
import { summariesContract } from './summaries-contract.ts';
import { temporaryContract } from './temporary-contract.ts';
import { titlesContract } from './titles-contract.ts';

/** All that every session store holds to. */
export function storeContracts(name: string, open: (rules: SessionRules) => Promise<SessionStore>): void {
  sessionStoreContract(name, open);
  branchesContract(name, open);
  betweenTurnsContract(name, open);
  summariesContract(name, open);
  editsContract(name, open);
  temporaryContract(name, open);
  titlesContract(name, open);
  journalsContract(name, open);
}
