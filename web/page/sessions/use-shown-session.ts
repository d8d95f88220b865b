import { useCallback, useEffect, useState } from 'react';

/** What the page shows: a session, or a conversation that has none and is known by its name. */
interface Shown extends Entry {
  sessionId: string | undefined;
  /** Changes when another conversation is to be shown; not when the one that is shown gets its session. */
  conversation: number;
}

/** Of the browser's history: what the address does not say. */
interface Entry {
  /** Of what is written before there is a session; the same after a reload. */
  name: string;
  /** What begins here is a temporary conversation. */
  isTemporary: boolean;
}

/**
 * Which conversation the page shows. A session is the one that the page's address names, behind the `#`, where servers do
 * not see it; a name stands in the entry of the browser's history.
 */
export function useShownSession() {
  const [shown, setShown] = useState<Shown>(() => ({ ...current(), conversation: 0 }));
  const show = useCallback((sessionId: string | undefined, entry: Partial<Entry> = {}) => {
    const { name = crypto.randomUUID(), isTemporary = false } = entry;
    setShown(({ conversation }) => ({ sessionId, name, isTemporary, conversation: conversation + 1 }));
    const before = current();
    const isShown = sessionId === before.sessionId && (sessionId !== undefined || name === before.name);
    if (!isShown) history.pushState({ name, isTemporary }, '', addressOf(sessionId));
  }, []);
  const rename = useCallback((sessionId: string | undefined) => {
    setShown((before) => ({ ...before, sessionId }));
    history.replaceState(history.state, '', addressOf(sessionId));
  }, []);
  const { name, isTemporary } = shown;
  useEffect(() => {
    history.replaceState({ name, isTemporary }, '');
  }, [name, isTemporary]);
  useEffect(() => {
    const follow = () => setShown(({ conversation }) => ({ ...current(), conversation: conversation + 1 }));
    window.addEventListener('popstate', follow);
    return () => window.removeEventListener('popstate', follow);
  }, []);
  return { ...shown, show, rename };
}

function current(): Omit<Shown, 'conversation'> {
  const { name = crypto.randomUUID(), isTemporary = false } = (history.state ?? {}) as Partial<Entry>;
  return { sessionId: namedSession(), name, isTemporary };
}

/** The session that the page's address names. */
export function namedSession(): string | undefined {
  return location.hash.slice(1) || undefined;
}

function addressOf(sessionId: string | undefined): string {
  return sessionId === undefined ? location.pathname : `#${sessionId}`;
}
