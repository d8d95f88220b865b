import { useCallback, useEffect, useState } from 'react';
import { type Me, onAttention, type ParleyClient } from '../../../packages/parley-client/src/index.ts';
import { type Allowance, allowancesOf, lowOf } from './allowances.ts';

/** Who the user is, and what is left of their limits. What could not be read is not there. */
export interface Account {
  me: Me | undefined;
  allowances: readonly Allowance[];
  /** Something was used. */
  reload: () => void;
}

export function useAccount(client: ParleyClient): Account {
  const [me, setMe] = useState<Me>();
  const [allowances, setAllowances] = useState<readonly Allowance[]>([]);
  const reload = useCallback(() => {
    client.usage().then(
      (usage) => setAllowances(allowancesOf(usage)),
      () => {},
    );
  }, [client]);
  useEffect(() => {
    const closing = new AbortController();
    client.me().then(setMe, () => {});
    reload();
    onAttention(reload, closing.signal);
    return () => closing.abort();
  }, [client, reload]);
  const resetsAt = lowOf(allowances)?.resetsAt;
  useEffect(() => {
    if (resetsAt === undefined) return;
    const timer = setTimeout(reload, Math.max(resetsAt - Date.now(), 1000));
    return () => clearTimeout(timer);
  }, [resetsAt, reload]);
  return { me, allowances, reload };
}
