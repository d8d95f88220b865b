import { useMemo, useSyncExternalStore } from 'react';
import { type KeptConversation, keptConversations, subscribeKept } from '../conversation/kept-conversations.ts';
import type { PendingTurn } from '../conversation/pending-turn.ts';

/** A conversation whose last message has no answer that this tab knows of: it is on its way, or failed. */
export interface KeptTurn extends KeptConversation {
  turn: PendingTurn;
}

/** Newest first: for a list of conversations, which the service does not have before their first turn is stored. */
export function useKeptTurns(baseUrl = ''): readonly KeptTurn[] {
  // As text, which is the same for as long as nothing has changed.
  const text = useSyncExternalStore(
    subscribeKept,
    () => JSON.stringify(keptTurns(baseUrl)),
    () => '[]',
  );
  return useMemo(() => JSON.parse(text) as KeptTurn[], [text]);
}

function keptTurns(baseUrl: string): KeptTurn[] {
  return keptConversations(baseUrl).flatMap(({ turn, queued: _q, draft: _d, ...place }) =>
    turn ? [{ ...place, turn }] : [],
  );
}
