import { useCallback, useEffect, useState } from 'react';

interface Shown {
  sessionId: string | undefined;
  /** Changes when another conversation is to be shown; not when the one that is shown gets its session. */
  conversation: number;
  /** Where the conversation was before, if it went on in another session. */
  source?: string | undefined;
}

/** Which session the page shows: the one that its address names, behind the `#`, where servers do not see it. */
export function useShownSession() {
  const [shown, setShown] = useState<Shown>({ sessionId: named(), conversation: 0 });
  const show = useCallback((sessionId: string | undefined) => {
    setShown(({ conversation }) => ({ sessionId, conversation: conversation + 1 }));
    if (sessionId !== named()) history.pushState(null, '', addressOf(sessionId));
  }, []);
  const rename = useCallback((sessionId: string | undefined) => {
    setShown(({ conversation, sessionId: source }) => ({ sessionId, conversation, source }));
    history.replaceState(null, '', addressOf(sessionId));
  }, []);
  useEffect(() => {
    const follow = () => show(named());
    window.addEventListener('popstate', follow);
    return () => window.removeEventListener('popstate', follow);
  }, [show]);
  return { ...shown, show, rename };
}

function named(): string | undefined {
  return location.hash.slice(1) || undefined;
}

function addressOf(sessionId: string | undefined): string {
  return sessionId === undefined ? location.pathname : `#${sessionId}`;
}
