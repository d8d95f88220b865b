import { betweenTurnsContract } from './between-turns-contract.ts';
import { branchesContract } from './branches-contract.ts';
import { editsContract } from './edits-contract.ts';
import { journalsContract } from './journals-contract.ts';
import { sessionStoreContract } from './session-store-contract.ts';
import { summariesContract } from './summaries-contract.ts';
import { temporaryContract } from './temporary-contract.ts';
import type { TimedStores } from './timed-stores.ts';
import { titlesContract } from './titles-contract.ts';

/** All that every session store holds to. */
export function storeContracts(name: string, stores: TimedStores): void {
  sessionStoreContract(name, stores);
  branchesContract(name, stores);
  betweenTurnsContract(name, stores);
  summariesContract(name, stores);
  editsContract(name, stores);
  temporaryContract(name, stores);
  titlesContract(name, stores);
  journalsContract(name, stores);
}
