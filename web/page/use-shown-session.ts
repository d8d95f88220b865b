import { useCallback, useEffect, useState } from 'react';

/** What the page shows: a session, or a conversation that has none and is known by its name. */
interface Shown {
  sessionId: string | undefined;
  /** Of what is written before there is a session; the same after a reload. */
  name: string;
  /** Changes when another conversation is to be shown; not when the one that is shown gets its session. */
  conversation: number;
  /** Where the conversation was before, if it went on in another session. */
  source?: string | undefined;
}

/**
 * Which conversation the page shows. A session is the one that the page's address names, behind the `#`, where servers do
 * not see it; a name stands in the entry of the browser's history.
 */
export function useShownSession() {
  const [shown, setShown] = useState<Shown>(() => ({ ...current(), conversation: 0 }));
  const show = useCallback((sessionId: string | undefined, name: string = crypto.randomUUID()) => {
    setShown(({ conversation }) => ({ sessionId, name, conversation: conversation + 1 }));
    const before = current();
    const isShown = sessionId === before.sessionId && (sessionId !== undefined || name === before.name);
    if (!isShown) history.pushState({ name }, '', addressOf(sessionId));
  }, []);
  const rename = useCallback((sessionId: string | undefined) => {
    setShown(({ name, conversation, sessionId: source }) => ({ sessionId, name, conversation, source }));
    history.replaceState(history.state, '', addressOf(sessionId));
  }, []);
  const { name } = shown;
  useEffect(() => {
    history.replaceState({ name }, '');
  }, [name]);
  useEffect(() => {
    const follow = () => setShown(({ conversation }) => ({ ...current(), conversation: conversation + 1 }));
    window.addEventListener('popstate', follow);
    return () => window.removeEventListener('popstate', follow);
  }, []);
  return { ...shown, show, rename };
}

function current(): Pick<Shown, 'sessionId' | 'name'> {
  const { name = crypto.randomUUID() } = (history.state ?? {}) as { name?: string };
  return { sessionId: namedSession(), name };
}

/** The session that the page's address names. */
export function namedSession(): string | undefined {
  return location.hash.slice(1) || undefined;
}

function addressOf(sessionId: string | undefined): string {
  return sessionId === undefined ? location.pathname : `#${sessionId}`;
}
