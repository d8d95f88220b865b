import { useCallback, useEffect, useState } from 'react';
import type { Assistant, ParleyClient } from '../../../packages/parley-client/src/index.ts';

/** Who answers where nobody else is wanted. */
const DEFAULT = 'default';

const theDefaultFirst = (one: Assistant, other: Assistant) =>
  Number(other.name === DEFAULT) - Number(one.name === DEFAULT);

/** With whom the user can talk. */
export interface Assistants {
  items: readonly Assistant[];
  /** They could not be read. */
  isUnread: boolean;
  reload: () => void;
  /** @param name none for the service's default */
  named: (name: string | null | undefined) => Assistant | undefined;
}

export function useAssistants(client: ParleyClient): Assistants {
  const [{ items, isUnread }, setRead] = useState<Pick<Assistants, 'items' | 'isUnread'>>({
    items: [],
    isUnread: false,
  });
  const reload = useCallback(() => {
    client.assistants().then(
      (items) => setRead({ items: items.toSorted(theDefaultFirst), isUnread: false }),
      () => setRead(({ items }) => ({ items, isUnread: true })),
    );
  }, [client]);
  useEffect(reload, [reload]);
  const named = (wanted: string | null | undefined) => items.find(({ name }) => name === (wanted ?? DEFAULT));
  return { items, isUnread, reload, named };
}
